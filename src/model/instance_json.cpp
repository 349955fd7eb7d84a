// An exported instance as a document.

#include <duroxide/instance_export.hpp>

#include <algorithm>
#include <exception>

#include "model/json_io.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

/// The number of the format that this release writes, and the newest it reads.
constexpr std::uint64_t export_format = 1;

/// No export is as deep as this.
constexpr int deepest = 32;

ClientError refusal(const std::string& why) {
  return {ClientError::Kind::invalid_input, "this is no exported instance: " + why};
}

std::string place_of(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto line_begin = before.rfind('\n');
  const auto column =
      line_begin == std::string_view::npos ? before.size() : before.size() - line_begin - 1;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column + 1);
}

/// Throws what the parser throws.
Result<model::ParsedJson, model::Flaw> parse(std::string_view text) {
  bool too_deep = false;
  auto parsed = model::ParsedJson::parse(text.begin(), text.end(),
                                         [&](int depth, model::ParsedJson::parse_event_t, auto&) {
                                           too_deep = too_deep || depth > deepest;
                                           return !too_deep;
                                         });
  if (too_deep) {
    return model::flaw_at(model::Place{},
                          "it is nested more than " + std::to_string(deepest) + " levels deep");
  }
  return parsed;
}

model::Checked check_format(const model::ParsedJson& document) {
  const model::Place top;
  if (!document.is_object() || !document.contains("format")) {
    return model::flaw_at(top, "an object with a member `format` is expected");
  }
  std::uint64_t format = 0;
  if (auto checked =
          model::JsonReader::read(document["format"], model::Place{&top, "format"}, format);
      !checked) {
    return checked;
  }
  if (format > export_format) {
    return model::flaw_at(model::Place{&top, "format"},
                          "format " + std::to_string(format) +
                              " was written by a later release; this one reads format " +
                              std::to_string(export_format));
  }
  if (format == 0) {
    return model::flaw_at(model::Place{&top, "format"}, "there is no format 0");
  }
  return {};
}

Result<InstanceExport, model::Flaw> read_export(const model::ParsedJson& document) {
  if (auto checked = check_format(document); !checked) {
    return failure(std::move(checked).error());
  }
  const model::Place top;
  model::JsonReader reader(document, top);
  std::uint64_t format = 0;
  reader.needed("format", format);
  InstanceExport exported;
  fields(reader, exported);
  if (auto checked = reader.finish(); !checked) {
    return failure(std::move(checked).error());
  }
  return exported;
}

}  // namespace

std::string to_json(const InstanceExport& exported) {
  model::JsonWriter writer;
  writer.needed("format", export_format);
  fields(writer, exported);
  return writer.take().dump(2) + "\n";
}

Result<InstanceExport, ClientError> instance_from_json(std::string_view json) {
  try {
    return parse(json).and_then(read_export).map_error([](const model::Flaw& flaw) {
      return refusal(flaw.what);
    });
  } catch (const model::ParsedJson::parse_error& bad) {
    return failure(refusal("it is not JSON, " + place_of(json, bad.byte)));
  } catch (const std::exception& failed) {  // out of memory, or a number that no machine has
    return failure(refusal(std::string(failed.what()).substr(0, 200)));
  }
}

}  // namespace duroxide::DUROXIDE_ABI
