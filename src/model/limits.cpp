#include "model/limits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "model/version.hpp"

namespace duroxide::model {

namespace {

Checked check_text(std::string_view what, std::string_view text, std::size_t max_bytes) {
  const std::string name(what);
  if (text.empty()) {
    return flaw("the " + name + " is empty");
  }
  if (text.size() > max_bytes) {
    return flaw("the " + name + " has " + std::to_string(text.size()) + " bytes, at most " +
                std::to_string(max_bytes) + " are allowed: `" + std::string(text.substr(0, 40)) +
                "…`");
  }
  if (!is_utf8(text)) {
    return flaw("the " + name + " is not valid UTF-8");
  }
  if (text.find('\0') != std::string_view::npos) {
    return flaw("the " + name + " contains a zero byte");
  }
  return {};
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

}  // namespace

Checked check_instance_id(std::string_view id) {
  return check_text("instance id", id, max_instance_id_bytes);
}

Checked check_name(std::string_view what, std::string_view name) {
  return check_text(what, name, max_name_bytes);
}

Checked check_update(std::string_view id, std::string_view name) {
  Checked checked = check_name("update id", id);
  return checked ? check_name("update name", name) : checked;
}

Checked check_tags(const std::vector<std::string>& tags) {
  if (tags.size() > max_instance_tags) {
    return flaw("there are " + std::to_string(tags.size()) + " tags, at most " +
                std::to_string(max_instance_tags) + " are allowed");
  }
  for (const std::string& tag : tags) {
    if (Checked good = check_name("tag", tag); !good) {
      return good;
    }
  }
  return {};
}

Checked check_headers(const Headers& headers) {
  auto problem = headers.problem();
  return problem ? flaw(std::move(*problem)) : Checked();
}

Checked check_message_key(std::string_view key) {
  return check_name("key of the message", key);
}

Checked check_key(std::string_view key) {
  return check_text("state key", key, max_name_bytes);
}

Checked check_payload(std::string_view what, std::string_view payload) {
  if (payload.size() > max_payload_bytes) {
    return flaw("the " + std::string(what) + " has " + std::to_string(payload.size()) +
                " bytes, at most " + std::to_string(max_payload_bytes) +
                " are allowed; keep the data elsewhere and pass a reference to it");
  }
  return {};
}

Checked check_heartbeat(std::string_view progress) {
  if (progress.size() > max_heartbeat_bytes) {
    return flaw("the progress of the heartbeat has " + std::to_string(progress.size()) +
                " bytes, at most " + std::to_string(max_heartbeat_bytes) +
                " are allowed; say where the activity is, and keep its data elsewhere");
  }
  return {};
}

Checked check_version(std::string_view version) {
  if (!parse_version(version)) {
    return flaw("the version `" + std::string(version.substr(0, 40)) +
                "` is not of the form major.minor.patch, for instance 1.0.0");
  }
  return {};
}

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned char lead = byte(i);
    if (lead < 0x80U) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
    if (lead < 0xC2U || lead > 0xF4U || i + length > text.size()) {
      return false;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if (!is_continuation(byte(i + k))) {
        return false;
      }
    }
    const unsigned char second = byte(i + 1);
    if ((lead == 0xE0U && second < 0xA0U) || (lead == 0xEDU && second > 0x9FU) ||
        (lead == 0xF0U && second < 0x90U) || (lead == 0xF4U && second > 0x8FU)) {
      return false;  // over-long, a surrogate, or beyond U+10FFFF
    }
    i += length;
  }
  return true;
}

}  // namespace duroxide::model
