#include "gateway/copy/document_copier.hpp"

#include <optional>
#include <utility>

#include <duroxide/async_management.hpp>
#include <duroxide/instance_export.hpp>

#include "client/client_errors.hpp"
#include "gateway/copy/export_difference.hpp"

namespace duroxide::gateway {

namespace {

using Document = DocumentCopier::Document;

/// Where two documents part. One that cannot be read is another.
std::optional<std::string> difference_of(const std::string& original, const std::string& copy) {
  const auto wanted = instance_from_json(original);
  const auto found = instance_from_json(copy);
  if (!wanted || !found) {
    return "its export cannot be read: " + (wanted ? found : wanted).error().message;
  }
  return export_difference(*wanted, *found);
}

std::vector<std::string> ids_of(const std::vector<Document>& documents) {
  std::vector<std::string> ids;
  ids.reserve(documents.size());
  for (const Document& document : documents) {
    ids.push_back(document.instance);
  }
  return ids;
}

}  // namespace

std::vector<Exported> exports_of(const ManagementClient& client,
                                 const std::vector<std::string>& instances) {
  std::vector<PendingCall<std::string>> calls;
  calls.reserve(instances.size());
  for (const std::string& instance : instances) {
    calls.push_back(client.async().export_instance(instance));
  }
  std::vector<Exported> answers;
  answers.reserve(calls.size());
  for (auto& call : calls) {
    answers.push_back(call.wait());
  }
  return answers;
}

bool is_missing(const Exported& answer) {
  return !answer && answer.error().kind == ClientError::Kind::instance_not_found;
}

bool DocumentCopier::is_about_one(const ClientError& error) {
  using Kind = ClientError::Kind;
  return client::is_damage(error) || error.kind == Kind::invalid_input ||
         error.kind == Kind::invalid_instance || error.kind == Kind::instance_already_exists;
}

DocumentCopier::Done DocumentCopier::bring(const std::vector<Document>& documents) {
  const auto copies = exports_of(to_, ids_of(documents));
  std::vector<Document> missing;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const Document& document = documents[i];
    if (is_missing(copies[i])) {
      missing.push_back(document);
    } else if (!copies[i]) {
      if (auto done = refuse(document.instance, copies[i].error()); !done) {
        return done;
      }
    } else if (auto what = difference_of(document.text, *copies[i])) {
      note_different(document.instance, std::move(*what));
    } else {
      ++report_.already_there;
    }
  }
  if (report_.is_dry) {
    report_.copied += missing.size();
    return {};
  }
  return import(missing);
}

DocumentCopier::Done DocumentCopier::import(const std::vector<Document>& documents) {
  std::vector<PendingCall<RestoredInstance>> calls;
  calls.reserve(documents.size());
  for (const Document& document : documents) {
    calls.push_back(to_.async().import_instance(document.text));
  }
  std::vector<Document> imported;
  Done stopped;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto answer = calls[i].wait();
    if (answer) {
      imported.push_back(documents[i]);
    } else if (auto done = refuse(documents[i].instance, answer.error()); !done) {
      stopped = std::move(done);  // what was imported all the same is still looked at
    }
  }
  const auto copies = exports_of(to_, ids_of(imported));
  for (std::size_t i = 0; i < imported.size(); ++i) {
    if (!copies[i]) {
      if (auto done = refuse(imported[i].instance, copies[i].error()); !done) {
        return done;
      }
    } else if (auto what = difference_of(imported[i].text, *copies[i])) {
      note_different(imported[i].instance, "right after its import " + *what);
    } else {
      ++report_.copied;
    }
  }
  return stopped;
}

DocumentCopier::Done DocumentCopier::refuse(const std::string& instance, const ClientError& error) {
  if (error.kind == ClientError::Kind::instance_not_found) {
    leave_out(instance, "it was deleted right after its import");
    return {};
  }
  if (!is_about_one(error)) {
    return failure(CommandError(error));
  }
  leave_out(instance, error.message);
  return {};
}

void DocumentCopier::note_different(const std::string& instance, std::string why) {
  left_out_.insert(instance);
  report_.note_different(instance, std::move(why));
}

void DocumentCopier::leave_out(const std::string& instance, std::string why) {
  left_out_.insert(instance);
  report_.note_refused(instance, std::move(why));
}

}  // namespace duroxide::gateway
