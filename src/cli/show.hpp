#pragma once

// What people see of results. All take the JSON that programs get.

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "cli/message.hpp"
#include "cli/output.hpp"
#include "cli/table.hpp"

namespace duroxide::cli {

/// A text of JSON, or a note of the bytes that stand for one.
[[nodiscard]] std::string text_at(const nlohmann::json& object, const char* name);
/// A number of JSON as text; `-` for none.
[[nodiscard]] std::string number_at(const nlohmann::json& object, const char* name);
/// `2026-01-31 08:15:00`; `-` for none.
[[nodiscard]] std::string time_at(const nlohmann::json& object, const char* name);
/// The same with milliseconds.
[[nodiscard]] std::string exact_time_at(const nlohmann::json& object, const char* name);
/// How long ago that was: `3m 20s`.
[[nodiscard]] std::string age_at(const Output& output, const nlohmann::json& object,
                                 const char* name);
/// `Cancelled` for what failed because of that.
[[nodiscard]] Cell status_cell(const nlohmann::json& summary);

[[nodiscard]] Table instance_table();
void add_instance(const Output& output, Table& table, const nlohmann::json& summary);
void show_list(Output& output, const nlohmann::json& result);
void show_count(Output& output, const nlohmann::json& result);
void show_instance(Output& output, const nlohmann::json& result);
void show_history(Output& output, const nlohmann::json& result);
void show_event(Output& output, const nlohmann::json& event);
/// A change of the store's, in one line of the terminal.
void show_change(Output& output, const nlohmann::json& change);
void show_tail_end(Output& output, const nlohmann::json& result);
/// That it was not followed to its end, if so.
[[nodiscard]] std::optional<Remark> tail_notice(const nlohmann::json& result);
void show_tree(Output& output, const nlohmann::json& result);
void show_messages(Output& output, const nlohmann::json& result);

/// What was done to the instance.
void show_act(Output& output, const nlohmann::json& result, std::string_view what);
/// To which of many it would be done, and beside them to what, if anything; and what it came to.
void show_would(Output& output, const nlohmann::json& instances, std::string_view what,
                std::string_view along = {});
void show_bulk(Output& output, const nlohmann::json& result, std::string_view what);
/// What `copy` has come to.
void show_copied(Output& output, const nlohmann::json& result);
/// What was done to the instance, orchestration or store.
void show_scope(Output& output, const nlohmann::json& result, std::string_view what);
/// What the code of the instance has answered.
void show_answer(Output& output, const nlohmann::json& result);
void show_started(Output& output, const nlohmann::json& result);
void show_released(Output& output, const nlohmann::json& result);
void show_restored(Output& output, const nlohmann::json& result);
void show_dropped(Output& output, const nlohmann::json& result);
void show_deleted(Output& output, const nlohmann::json& result);
void show_pruned(Output& output, const nlohmann::json& result);
void show_backup(Output& output, const nlohmann::json& result);

/// One look of `top`, and the same in the place of the last.
void show_top(Output& output, const nlohmann::json& result);
void redraw_top(Output& output, const nlohmann::json& result);
/// That it has looked only once, if for another reason than that it was told to.
[[nodiscard]] std::optional<Remark> top_notice(const nlohmann::json& result);
/// `1.5 MiB`.
[[nodiscard]] std::string bytes_text(const nlohmann::json& bytes);
void show_stats(Output& output, const nlohmann::json& result);
/// A line for each series; of a histogram how many observations it has, their mean, and the bounds below
/// which lie a half and 99 % of them.
void show_metrics(Output& output, const nlohmann::json& result);
void show_health(Output& output, const nlohmann::json& result);
void show_stuck(Output& output, const nlohmann::json& result);
void show_verify(Output& output, const nlohmann::json& result);

}  // namespace duroxide::cli
