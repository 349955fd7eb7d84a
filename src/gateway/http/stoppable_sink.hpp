#pragma once

#include "gateway/sink.hpp"

namespace duroxide::gateway::http {

/// A sink for answers without items, until a descriptor is readable.
class StoppableSink : public Sink {
 public:
  explicit StoppableSink(int stop) : stop_(stop) {}

  bool item(const nlohmann::json& value) override;
  bool progress(const Progress& progress) override;
  bool wait_until_readable(int file) override;

 protected:
  [[nodiscard]] bool goes_on() const;

 private:
  int stop_;
};

}  // namespace duroxide::gateway::http
