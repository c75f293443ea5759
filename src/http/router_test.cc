#include "http/router.h"

#include <gtest/gtest.h>

#include "http/target.h"

namespace plantain::http {
namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

api::Route route(api::Method method, std::string pattern, api::Access access = api::Access::kUser) {
  return api::Route{.method = method, .pattern = std::move(pattern), .access = access};
}

class RouterTest : public testing::Test {
 protected:
  Router::Match find(api::Method method, std::string_view path,
                     Router::Side side = Router::Side::kPublic) const {
    const auto segments = decode_path(path);
    EXPECT_TRUE(segments.ok()) << path;
    return Router(routes_, side).find(method, *segments);
  }

  const std::vector<api::Route> routes_ = {
      route(api::Method::kGet, "/"),
      route(api::Method::kGet, "/v1/models/categories"),
      route(api::Method::kGet, "/v1/models/{model_id...}/openapi.json"),
      route(api::Method::kGet, "/v1/models/{model_id...}"),
      route(api::Method::kPost, "/v1/models/{model_id...}"),
      route(api::Method::kGet, "/v1/requests/{request_id}"),
      route(api::Method::kDelete, "/v1/requests/{request_id}"),
      route(api::Method::kPost, "/v1/requests/{request_id}/cancel"),
      route(api::Method::kPut, "/internal/v1/leases/{lease_id}/outputs/{n}", api::Access::kWorker),
  };
};

TEST_F(RouterTest, TheRowOfTheMostLiteralPatternWins) {
  struct Row {
    api::Method method;
    std::string path;
    std::size_t index;
    Params params;
  };
  const std::vector<Row> rows = {
      {api::Method::kGet, "/", 0, {}},
      {api::Method::kHead, "/", 0, {}},
      {api::Method::kGet, "/v1/models/categories", 1, {}},
      {api::Method::kGet, "/v1/models/a/b/openapi.json", 2, {{"model_id", "a/b"}}},
      {api::Method::kGet, "/v1/models/openapi.json", 3, {{"model_id", "openapi.json"}}},
      {api::Method::kGet, "/v1/models/a/b/c", 3, {{"model_id", "a/b/c"}}},
      {api::Method::kPost, "/v1/models/a%2Fb/c", 4, {{"model_id", "a/b/c"}}},
      {api::Method::kPost, "/v1/models/a%2Fb%2Fc", 4, {{"model_id", "a/b/c"}}},
      {api::Method::kGet, "/v1/requests/7", 5, {{"request_id", "7"}}},
      {api::Method::kGet, "/v1/requests/a%2Fb", 5, {{"request_id", "a/b"}}},
      {api::Method::kDelete, "/v1/requests/7", 6, {{"request_id", "7"}}},
      {api::Method::kPost, "/v1/requests/7/cancel", 7, {{"request_id", "7"}}},
  };
  for (const Row& row : rows) {
    const Router::Match match = find(row.method, row.path);
    ASSERT_NE(match.route, nullptr) << row.path;
    EXPECT_EQ(match.route, &routes_[row.index]) << row.path;
    EXPECT_EQ(match.params, row.params) << row.path;
  }
}

TEST_F(RouterTest, APathHasTheMethodsOfItsMostLiteralPatternAlone) {
  EXPECT_EQ(find(api::Method::kPost, "/v1/models/categories").route, nullptr);
  EXPECT_EQ(find(api::Method::kPost, "/v1/models/categories").allow, "GET, HEAD, OPTIONS");
  EXPECT_EQ(find(api::Method::kPost, "/v1/models/a/b/openapi.json").allow, "GET, HEAD, OPTIONS");
}

TEST_F(RouterTest, WhatMatchesNoRowIsNowhere) {
  for (const char* path :
       {"/v1", "/v1/", "/v1/models", "/v1/models/", "//v1/models/a", "/V1/models/a",
        "/v1/requests/", "/v1/requests/7/", "/v1/requests//cancel", "/v1/requests/7/cancel/x",
        "/internal/v1/leases/7/outputs/0", "/v1%2Fmodels/a"}) {
    const Router::Match match = find(api::Method::kGet, path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_EQ(match.allow, "") << path;
  }
}

TEST_F(RouterTest, AnotherMethodLearnsWhichThereAre) {
  const auto allow = [this](api::Method method, std::string_view path) {
    const Router::Match match = find(method, path);
    EXPECT_EQ(match.route, nullptr) << path;
    return match.allow;
  };
  EXPECT_EQ(allow(api::Method::kPut, "/v1/requests/7"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(allow(api::Method::kOptions, "/v1/requests/7"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(allow(api::Method::kGet, "/v1/requests/7/cancel"), "POST, OPTIONS");
  EXPECT_EQ(allow(api::Method::kHead, "/v1/requests/7/cancel"), "POST, OPTIONS");
  EXPECT_EQ(allow(api::Method::kOther, "/v1/models/a"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(RouterTest, TheWorkerProtocolHasItsOwnSide) {
  const auto inside = Router::Side::kInternal;

  const Router::Match match = find(api::Method::kPut, "/internal/v1/leases/7/outputs/0", inside);

  EXPECT_EQ(match.route, &routes_.back());
  EXPECT_EQ(match.params, (Params{{"lease_id", "7"}, {"n", "0"}}));
  EXPECT_EQ(find(api::Method::kGet, "/v1/requests/7", inside).route, nullptr);
  EXPECT_EQ(Router(routes_, inside).all_methods(), "PUT, OPTIONS");
  EXPECT_EQ(Router(routes_, Router::Side::kPublic).all_methods(),
            "GET, HEAD, POST, DELETE, OPTIONS");
}

}  // namespace
}  // namespace plantain::http
