#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/management.hpp>

namespace duroxide::client {

[[nodiscard]] InstanceFilter with_status(StatusFilter status);
/// By the text of a status. Errors: `invalid_filter`.
[[nodiscard]] Result<InstanceFilter, ClientError> with_status_text(std::string_view status);
[[nodiscard]] InstanceFilter of_orchestration(std::string_view name);
[[nodiscard]] InstanceFilter failed_since(const std::optional<Timestamp>& since);

[[nodiscard]] ManagementClient::Answer<std::vector<std::string>> ids_of(
    ManagementClient::Answer<std::vector<InstanceSummary>> summaries);

}  // namespace duroxide::client
