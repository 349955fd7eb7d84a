#pragma once

namespace duroxide::model {

/// Makes one visitor of several lambdas, for `std::visit`.
template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace duroxide::model
