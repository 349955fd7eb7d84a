// Changing code under instances that run.
#include "guide.hpp"

namespace guide {

namespace {

Task<std::string> invoice_1(OrchestrationContext ctx) {
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return "one";
}

Task<std::string> invoice_2(OrchestrationContext ctx) {
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return "two";
}

Task<std::string> reminder_before(OrchestrationContext ctx) {
  const std::string sent = co_await ctx.schedule_activity("SendLetter");
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return sent;
}

// [patch]
Task<std::string> reminder(OrchestrationContext ctx) {
  std::string sent;
  if (ctx.patched("mail-instead-of-letter")) {
    sent = co_await ctx.schedule_activity("SendMail");
  } else {
    sent = co_await ctx.schedule_activity("SendLetter");
  }
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return sent;
}
// [/patch]

// [deprecate-patch]
Task<std::string> reminder_later(OrchestrationContext ctx) {
  ctx.deprecate_patch("mail-instead-of-letter");
  const std::string sent = co_await ctx.schedule_activity("SendMail");
  ctx.set_custom_status("waits");
  co_await ctx.wait_for_external_event("Paid");
  co_return sent;
}
// [/deprecate-patch]

void register_activities(Runtime& runtime) {
  runtime.register_activity("SendLetter", [] { return "letter"; })
      .register_activity("SendMail", [] { return "mail"; });
}

/// Starts an instance and waits until it waits.
void begin(Client& client, const std::string& instance, const std::string& orchestration) {
  expect(client.start_orchestration(instance, orchestration));
  expect(client.wait_for_status_change(instance, 0, ample));
}

std::string finish(Client& client, const std::string& instance) {
  expect(client.raise_event(instance, "Paid"));
  return expect(client.wait_for_completion(instance, ample)).to_string();
}

}  // namespace

void versions() {
  const Store store = MemoryProvider::create();
  Client client{store};

  Runtime first{store};
  register_activities(first);
  first.register_orchestration("Invoice", invoice_1)
      .register_orchestration("Reminder", reminder_before);
  expect(first.start());
  begin(client, "invoice-1", "Invoice");
  begin(client, "reminder-1", "Reminder");
  first.stop();

  Runtime second{store};
  register_activities(second);
  // [versions]
  second.register_versioned("Invoice", "1.0.0", invoice_1)
      .register_versioned("Invoice", "2.0.0", invoice_2);
  // [/versions]
  second.register_orchestration("Reminder", reminder);
  expect(second.start());
  begin(client, "invoice-2", "Invoice");
  begin(client, "reminder-2", "Reminder");
  check("versions", finish(client, "invoice-1"), "Completed: one");
  check("versions", finish(client, "invoice-2"), "Completed: two");
  // [start-version]
  expect(client.start_orchestration("invoice-3", "Invoice", "", StartOptions().version("1.0.0")));
  // [/start-version]
  check("start-version", finish(client, "invoice-3"), "Completed: one");
  check("patch", finish(client, "reminder-1"), "Completed: letter");
  second.stop();

  Runtime third{store};
  register_activities(third);
  third.register_versioned("Invoice", "1.0.0", invoice_1)
      .register_versioned("Invoice", "2.0.0", invoice_2)
      .register_orchestration("Reminder", reminder_later);
  // [version-policy]
  third.set_version_policy("Invoice", VersionPolicy::exact("1.0.0"));
  // [/version-policy]
  expect(third.start());
  begin(client, "invoice-4", "Invoice");
  check("version-policy", finish(client, "invoice-4"), "Completed: one");
  check("deprecate-patch", finish(client, "reminder-2"), "Completed: mail");
}

}  // namespace guide
