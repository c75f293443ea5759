#include "engine/gemini/engine.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "engine/gemini/google_server.h"

namespace plantain::engine {
namespace {

using gemini::Google;
using gemini::kDraws;
using net::LoopbackServer;

Google::Reply says(int status, std::string body) {
  return [status, body](auto& connection, const std::string&) { connection.answer(status, body); };
}
std::string problem(int code, std::string_view status, std::string_view message = "m",
                    std::string_view details = "[]") {
  return concat(R"({"error":{"code":)", code, R"(,"status":")", status, R"(","message":")", message,
                R"(","details":)", details, "}}");
}

Order order() {
  Order order;
  order.prompt = "a fox";
  order.width = order.height = 1024;
  order.seed = 5;
  return order;
}

// Writes down what an engine tells of its paid call.
class Notebook final : public PaidCall {
 public:
  explicit Notebook(int doubts = 0) : doubts_(doubts) {}
  std::string key() const override { return "k"; }
  std::string accepted_as() const override { return ""; }
  int in_doubt() const override { return doubts_ + (open ? 1 : 0); }
  Result<void> intend() override {
    doubts_ += open ? 1 : 0;
    open = true;
    ++intents;
    return intend_answer;
  }
  Result<void> answered() override {
    open = false;
    return {};
  }
  Result<void> accepted(const std::string&) override { return {}; }

  Result<void> intend_answer;
  bool open = false;
  int intents = 0;

 private:
  int doubts_;
};

class Patient final : public Observer {
 public:
  bool keep_going(std::string_view, int, int) override { return true; }
  void preview(const image::Pixels&) override {}
};

Result<Drawing> draw(Engine& engine, PaidCall* paid = nullptr) {
  Order wish = order();
  wish.paid = paid;
  Patient patient;
  return engine.draw(wish, patient);
}

TEST(Gemini, SendsTheKeyInItsHeaderAndNowhereElse) {
  Google google({kDraws});

  ASSERT_TRUE(draw(*google.engine()).ok());

  const LoopbackServer::Request request = google.last();
  EXPECT_EQ(request.headers.at("x-goog-api-key"), "the-key");
  EXPECT_EQ(request.target, "/v1beta/models/gemini-nano-banana-2.1:generateContent");
  EXPECT_EQ(request.body.find("the-key"), std::string::npos);
}

TEST(Gemini, AnAnswerThatNeverCameIsNotPaidForTwice) {
  Google google({[](auto& connection, const std::string&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
    connection.wait_for_hang_up();
  }});
  upstream::Settings settings = google.settings();
  settings.timeout = std::chrono::milliseconds(100);
  Notebook notebook;

  const Result<Drawing> drawing = draw(*gemini::make_gemini_engine(settings), &notebook);

  ASSERT_FALSE(drawing.ok());
  EXPECT_EQ(drawing.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_NE(drawing.error().message.find("charged"), std::string::npos);
  EXPECT_TRUE(notebook.open);
  EXPECT_EQ(google.calls(), 1);
}

TEST(Gemini, WhatIsInDoubtIsRepeatedAsOftenAsTheOwnerSays) {
  Google google({says(502, "<html>"), says(502, "<html>"), kDraws});
  upstream::Settings settings = google.settings();
  settings.repeat_in_doubt = 2;
  Notebook notebook;

  ASSERT_TRUE(draw(*gemini::make_gemini_engine(settings), &notebook).ok());

  EXPECT_EQ(google.calls(), 3);
  EXPECT_EQ(notebook.in_doubt(), 3) << "two that nobody knows of, and the one that is being kept";
}

TEST(Gemini, AnEarlierAttemptsUnansweredCallIsTheWorkersLoss) {
  Google google({kDraws});
  Notebook notebook(/*doubts=*/1);

  const Result<Drawing> drawing = draw(*google.engine(), &notebook);

  ASSERT_FALSE(drawing.ok());
  EXPECT_EQ(drawing.error().code, ErrorCode::kWorkerLost);
  EXPECT_EQ(google.calls(), 0);
}

TEST(Gemini, NothingIsSentBeforeTheIntentIsOnDisk) {
  Google google({kDraws});
  Notebook notebook;
  notebook.intend_answer = Error{ErrorCode::kConflict, "the lease is lost"};

  EXPECT_EQ(draw(*google.engine(), &notebook).error().code, ErrorCode::kConflict);
  EXPECT_EQ(google.calls(), 0);
}

TEST(Gemini, AHostThatRefusesTheConnectionIsTriedAgainAndLeavesNoDoubt) {
  const Google google({kDraws});
  upstream::Settings settings = google.settings();
  {
    const LoopbackServer closed([](auto&) {});
    settings.base_url = closed.url();
  }
  settings.tries = 3;
  Notebook notebook;

  const Result<Drawing> drawing = draw(*gemini::make_gemini_engine(settings), &notebook);

  ASSERT_FALSE(drawing.ok());
  EXPECT_EQ(drawing.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_EQ(notebook.intents, 3);
  EXPECT_FALSE(notebook.open);
}

struct Case {
  const char* name;
  int status;
  std::string body;
  ErrorCode code;
  int calls;
  bool in_doubt;
};

TEST(Gemini, EachAnswerBecomesTheRightError) {
  const std::string per_day =
      R"([{"violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]},{"retryDelay":"1s"}])";
  const Case cases[] = {
      {"quota", 429, problem(429, "RESOURCE_EXHAUSTED"), ErrorCode::kUpstreamUnavailable, 4, false},
      {"day", 429, problem(429, "RESOURCE_EXHAUSTED", "m", per_day),
       ErrorCode::kUpstreamUnavailable, 1, false},
      {"long wait", 429, problem(429, "RESOURCE_EXHAUSTED", "m", R"([{"retryDelay":"900s"}])"),
       ErrorCode::kUpstreamUnavailable, 1, false},
      {"internal", 500, problem(500, "INTERNAL"), ErrorCode::kUpstreamUnavailable, 4, false},
      {"gateway", 503, "busy", ErrorCode::kUpstreamUnavailable, 1, true},
      {"key", 403, problem(403, "PERMISSION_DENIED"), ErrorCode::kUpstreamUnavailable, 1, false},
      {"billing", 400, problem(400, "FAILED_PRECONDITION"), ErrorCode::kUpstreamUnavailable, 1,
       false},
      {"argument", 400, problem(400, "INVALID_ARGUMENT", "bad the-key\\u0007"),
       ErrorCode::kUpstreamRefused, 1, false},
      {"safety", 200, R"({"candidates":[{"finishReason":"IMAGE_SAFETY"}]})",
       ErrorCode::kContentPolicyViolation, 1, false},
      {"blocked", 200, R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})",
       ErrorCode::kContentPolicyViolation, 1, false},
      {"copied", 200, R"({"candidates":[{"finishReason":"RECITATION"}]})",
       ErrorCode::kContentPolicyViolation, 1, false},
      {"words", 200,
       R"({"candidates":[{"content":{"parts":[{"text":"no"}]},"finishReason":"STOP"}]})",
       ErrorCode::kContentPolicyViolation, 2, false},
      {"empty", 200, "{}", ErrorCode::kUpstreamRefused, 2, false},
      {"no json", 200, "<html>", ErrorCode::kUpstreamUnavailable, 1, true},
      {"deep", 200, std::string(90'000, '['), ErrorCode::kUpstreamUnavailable, 1, true},
      {"no picture", 200,
       R"({"candidates":[{"content":{"parts":[{"inlineData":{"data":"AAAA"}}]}}]})",
       ErrorCode::kUpstreamUnavailable, 1, true},
      {"wrong types", 200,
       R"({"candidates":[7,{"content":{"parts":{"text":1}},"finishReason":3}]})",
       ErrorCode::kUpstreamRefused, 2, false},
  };
  for (const Case& each : cases) {
    Google google({says(each.status, each.body)});
    Notebook notebook;

    const Result<Drawing> drawing = draw(*google.engine(), &notebook);

    ASSERT_FALSE(drawing.ok()) << each.name;
    EXPECT_EQ(drawing.error().code, each.code) << each.name << ": " << drawing.error().message;
    EXPECT_EQ(google.calls(), each.calls) << each.name;
    EXPECT_EQ(notebook.open, each.in_doubt) << each.name;
    EXPECT_EQ(drawing.error().message.find("the-key"), std::string::npos) << each.name;
    EXPECT_EQ(drawing.error().message.find('\a'), std::string::npos) << each.name;
  }
}

TEST(Gemini, SaysWithoutPayingWhetherItCouldDraw) {
  Google well({says(200, "{}")});
  Google ill(
      {says(400, problem(400, "INVALID_ARGUMENT", "m", R"([{"reason":"API_KEY_INVALID"}])"))});

  EXPECT_TRUE(well.engine()->check().ok());
  EXPECT_EQ(well.last().method, "GET");
  EXPECT_EQ(ill.engine()->check().error().code, ErrorCode::kUpstreamUnavailable);
}

TEST(Gemini, SmallPicturesAreMadeTwiceAsLargeWhereGoogleRefusesThem) {
  Google google({says(400, problem(400, "INVALID_ARGUMENT")), kDraws});
  upstream::Settings settings = google.settings();
  settings.model = "gemini-3.1-flash-image";
  const auto engine = gemini::make_gemini_engine(settings);
  Order small = order();
  small.input = {{"resolution", "0.5K"}, {"aspect_ratio", "1:1"}};
  Patient patient;

  const Result<Drawing> drawing = engine->draw(small, patient);

  ASSERT_TRUE(drawing.ok()) << drawing.error().message;
  EXPECT_TRUE(drawing->halve);
  EXPECT_NE(google.last().body.find(R"("imageSize":"1K")"), std::string::npos);
  EXPECT_EQ(google.calls(), 2);
}

}  // namespace
}  // namespace plantain::engine
