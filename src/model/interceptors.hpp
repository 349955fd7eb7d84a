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

/// All interceptors of a client or a runtime as one. What they throw is contained here, as `Interceptor`
/// says. Safe to use from several threads. Where there is none there is no object of this class either.
class Interceptors final : public Interceptor {
 public:
  Interceptors(InterceptorList list, LogSink log) : list_(std::move(list)), log_(std::move(log)) {}

  [[nodiscard]] const InterceptorList& list() const { return list_; }

  [[nodiscard]] Admission before_start(InterceptedStart& start) override;
  void after_start(std::string_view instance, const ClientError* error) override;
  void before_turn(const InterceptedTurn& turn) override;
  void after_turn(const InterceptedExecution& execution, const InterceptedTurn& turn,
                  TurnOutcome outcome) override;
  [[nodiscard]] Admission before_step(const InterceptedExecution& execution,
                                      InterceptedStep& step) override;
  void after_step(const InterceptedExecution& execution, const EndedStep& step) override;
  [[nodiscard]] Admission before_activity(InterceptedActivity& activity) override;
  void after_activity(const InterceptedActivity& activity, Timestamp ended_at,
                      const ErrorDetails* error) override;

 private:
  template <class Hook>
  [[nodiscard]] Admission ask(const char* name, const Hook& hook) const;
  template <class Hook>
  void tell(const char* name, Interceptor& interceptor, const Hook& hook) const;
  template <class Hook>
  void tell_backwards(const char* name, const Hook& hook) const;
  void log(LogLevel level, std::string message) const noexcept;

  InterceptorList list_;
  LogSink log_;
};

/// Null for an empty list, so that nothing more than that is looked at where there are none.
[[nodiscard]] std::shared_ptr<Interceptors> make_interceptors(const InterceptorList& list,
                                                              LogSink log);

}  // namespace duroxide::model
