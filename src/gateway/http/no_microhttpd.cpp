// Stands in for microhttpd.cpp in a build without that library.

#include <string>

#include "gateway/http/server.hpp"

namespace duroxide::gateway::http {

struct HttpServer::Impl {};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>, CommandError> HttpServer::start(model::FileDescriptor,
                                                                    HttpHandler&,
                                                                    const HttpLimits&) {
  return failure(CommandError{CommandError::Kind::failed,
                              "this build has no HTTP; build it where libmicrohttpd is installed, "
                              "with -Dhttp=enabled"});
}

}  // namespace duroxide::gateway::http
