#include "gateway/time_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace duroxide::gateway {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) {
    return std::nullopt;
  }
  int number = 0;
  for (const char each : text.substr(0, digits)) {
    if (each < '0' || each > '9') {
      return std::nullopt;
    }
    number = number * 10 + (each - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  const bool first = take(text, "-");
  const auto month = take_number(text, 2);
  const bool second = take(text, "-");
  const auto day = take_number(text, 2);
  if (!year || !first || !month || !second || !day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

/// One to three digits of a second's fraction.
std::optional<int> take_fraction(std::string_view& text) {
  int milliseconds = 0;
  int weight = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && weight > 0) {
    milliseconds += (text.front() - '0') * weight;
    weight /= 10;
    text.remove_prefix(1);
  }
  return weight == 100 ? std::nullopt : std::optional(milliseconds);
}

std::optional<Milliseconds> take_time_of_day(std::string_view& text) {
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ":")) {
    return std::nullopt;
  }
  const auto minutes = take_number(text, 2);
  std::optional<int> seconds = 0;
  std::optional<int> fraction = 0;
  if (take(text, ":")) {
    seconds = take_number(text, 2);
    if (take(text, ".")) {
      fraction = take_fraction(text);
    }
  }
  if (!minutes || !seconds || !fraction || *hours > 23 || *minutes > 59 || *seconds > 59) {
    return std::nullopt;
  }
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
         std::chrono::seconds(*seconds) + Milliseconds(*fraction);
}

}  // namespace

std::string time_text(Timestamp time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::int64_t rest = (time - days).count();
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(rest / 3'600'000),
                static_cast<int>(rest / 60'000 % 60), static_cast<int>(rest / 1'000 % 60),
                static_cast<int>(rest % 1'000));
  return buffer.data();
}

std::optional<Timestamp> parse_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date) {
    return std::nullopt;
  }
  Timestamp time(*date);
  if (take(text, "T ")) {
    const auto of_day = take_time_of_day(text);
    if (!of_day) {
      return std::nullopt;
    }
    time += *of_day;
    take(text, "Z");
  }
  return text.empty() ? std::optional(time) : std::nullopt;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (text == unit.name) {
      const Milliseconds duration(std::int64_t{number} * unit.milliseconds);
      return duration <= max_delay ? std::optional(duration) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::string duration_text(Milliseconds duration) {
  const std::int64_t total = duration.count() < 0 ? 0 : duration.count();
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    const Unit& unit = units[i];
    if (total < unit.milliseconds) {
      continue;
    }
    std::string text = std::to_string(total / unit.milliseconds).append(unit.name);
    const Unit& next = units[i + 1];
    const std::int64_t rest = total % unit.milliseconds / next.milliseconds;
    if (rest > 0 && unit.name != "s") {
      text.append(" ").append(std::to_string(rest)).append(next.name);
    }
    return text;
  }
  return std::to_string(total).append("ms");
}

}  // namespace duroxide::gateway
