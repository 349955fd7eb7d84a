#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/interceptor.hpp>
#include <duroxide/log.hpp>

namespace duroxide::model {

using InterceptorList = std::vector<std::shared_ptr<Interceptor>>;

/// All interceptors of a client or a runtime as one: each is called for the hooks that it needs, and `hooks`
/// says which any of them needs. What they throw is contained here, as `Interceptor` says. Safe to use from
/// several threads. Where there is none there is no object of this class either.
class Interceptors final : public Interceptor {
 public:
  Interceptors(const InterceptorList& list, LogSink log);

  [[nodiscard]] InterceptorList list() const;

  [[nodiscard]] InterceptorHooks hooks() const override { return hooks_; }
  [[nodiscard]] bool wants(const Headers& headers) const override;
  [[nodiscard]] Admission before_start(InterceptedStart& start) override;
  void after_start(std::string_view instance, const ClientError* error) override;
  void before_turn(const InterceptedTurn& turn) override;
  void after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                  TurnOutcome outcome) override;
  [[nodiscard]] Admission before_step(const InterceptedExecution& execution,
                                      InterceptedStep& step) override;
  void after_step(const InterceptedExecution& execution, const EndedStep& step) override;
  [[nodiscard]] Admission before_activity(InterceptedActivity& activity) override;
  void before_headers(InterceptedActivity& activity) override;
  void after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                      const ErrorDetails* error) override;

 private:
  struct Listed {
    std::shared_ptr<Interceptor> interceptor;
    InterceptorHooks hooks;
  };
  using Hook = bool InterceptorHooks::*;

  template <class Call>
  [[nodiscard]] Admission ask(const char* name, Hook hook, const Call& call) const;
  template <class Call>
  void tell(const char* name, Hook hook, const Listed& listed, const Call& call) const;
  template <class Call>
  void tell_backwards(const char* name, Hook hook, const Call& call) const;
  [[nodiscard]] InterceptorHooks hooks_of(const Interceptor& interceptor) const;
  void log(LogLevel level, std::string message) const noexcept;

  LogSink log_;
  std::vector<Listed> list_;
  InterceptorHooks hooks_;  ///< that any of them needs
};

/// Null for an empty list, so that nothing more than that is looked at where there are none.
[[nodiscard]] std::shared_ptr<Interceptors> make_interceptors(const InterceptorList& list,
                                                              LogSink log);

}  // namespace duroxide::model
