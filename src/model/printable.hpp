#pragma once

#include <string>
#include <string_view>

namespace duroxide::model {

/// `text` in a form that is safe on a terminal and in a log, whoever has chosen it: an id, a name, the
/// message of an exception. What would steer a terminal, begin a new line or change the direction of
/// what is read is written out: control characters, DEL and what ends a line in Unicode as `\n`,
/// `\x1b` or `\u009b`; marks, embeddings, overrides and isolates of direction as `\u202e`; bytes that
/// are no UTF-8 as `\xff`.
[[nodiscard]] std::string printable(std::string_view text);

/// A JSON document with the same characters written as escapes of JSON, so that whoever parses it gets
/// the same data. `json` is valid, with controls below a blank only between its values.
[[nodiscard]] std::string printable_json(std::string_view json);

}  // namespace duroxide::model
