// A type that cannot be a payload must be refused with a sentence: expect_compile_error.sh, once for each
// way in which it comes to one.
#include <duroxide/codec.hpp>

struct Order {
  int cents = 0;
#if defined(CORRECT)
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(cents));
  }
#endif
};

struct Cart {
  Order order;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(order));
  }
};

#if defined(WRITTEN)
const auto text = duroxide::encode_payload(Order());
#elif defined(READ)
const auto order = duroxide::decode_payload<Order>("{}");
#elif defined(PART_WRITTEN)
const auto text = duroxide::encode_payload(Cart());
#elif defined(PART_READ)
const auto cart = duroxide::decode_payload<std::vector<Order>>("[]");
#endif
