// What the lint takes for a token, a comment or a preprocessor line.

#include <catch2/catch.hpp>

#include "lint/source.hpp"

#include "found.hpp"

using namespace duroxide::lint;
using namespace duroxide::lint::test;

namespace reader_test {

Lines words_of(std::string_view text) {
  Lines words;
  for (const Token& each : read_source("a.cpp", text).tokens) {
    words.push_back(each.text);
  }
  return words;
}

TEST_CASE("tokens are words, numbers, texts and signs, each with its place", "[lint]") {
  CHECK(words_of("a->b::c<<=d>>e") == Lines{"a", "->", "b", "::", "c", "<<=", "d", ">", ">", "e"});
  CHECK(words_of("1'000.5e+3f + .5 - 0xe+1") ==
        Lines{"1'000.5e+3f", "+", ".5", "-", "0xe", "+", "1"});
  const Source source = read_source("a.cpp", "int a;\r\n  b = \"x\";\n");
  REQUIRE(source.tokens.size() == 7);
  CHECK(source.tokens[3].text == "b");
  CHECK(source.tokens[3].line == 2);
  CHECK(source.tokens[3].column == 3);
}

TEST_CASE("texts of every kind are one token", "[lint]") {
  CHECK(words_of(R"x("a\"b" 'c' '\'' u8"d"s L'e' 10'0)x") ==
        Lines{R"("a\"b")", "'c'", R"('\'')", "u8\"d\"s", "L'e'", "10'0"});
  CHECK(words_of("R\"(a \" \n ) b)\" c") == Lines{"R\"(a \" \n ) b)\"", "c"});
  CHECK(words_of("u8R\"end(a)\" )end\" c") == Lines{"u8R\"end(a)\" )end\"", "c"});
  CHECK(read_source("a.cpp", "R\"(\n\n)\" c").tokens.back().line == 3);
}

TEST_CASE("a quote that nothing ends goes to the end of its line, a raw one to that of the file",
          "[lint]") {
  CHECK(words_of("\"a\nb") == Lines{"\"a", "b"});
  CHECK(words_of("R\"(a\nb") == Lines{"R\"(a\nb"});
  CHECK(words_of("R\"a\nb") == Lines{"R\"a\nb"});
  CHECK(words_of("'") == Lines{"'"});
  CHECK(words_of("\"\\") == Lines{"\"\\"});
}

TEST_CASE("comments are no tokens, and know whether they stand alone", "[lint]") {
  const Source source =
      read_source("a.cpp", "a; // one \\\n still one\n  // two\n/* three\n */ b; /* four");
  REQUIRE(source.tokens.size() == 4);
  REQUIRE(source.comments.size() == 4);
  CHECK_FALSE(source.comments[0].alone);
  CHECK(source.comments[0].last_line == 2);
  CHECK(source.comments[1].alone);
  CHECK(source.comments[1].text == " two");
  CHECK(source.comments[2].line == 4);
  CHECK(source.comments[2].last_line == 5);
  CHECK_FALSE(source.comments[3].alone);
  CHECK(words_of("\"// no comment\" '\"' /* \" */ a") == Lines{"\"// no comment\"", "'\"'", "a"});
}

TEST_CASE("preprocessor lines are no tokens, with the lines on which they go on", "[lint]") {
  CHECK(words_of("#define A (\\\n  {\n  # include <a>\nb # c") == Lines{"b", "#", "c"});
  CHECK(words_of("#error don't\nb") == Lines{"b"});
  CHECK(words_of("#define A /* goes\n on */ 1\nb") == Lines{"b"});
  CHECK(read_source("a.cpp", "#define A 1  // said\nb").comments.size() == 1);
}

TEST_CASE("choices of the preprocessor are read one after the other, if their brackets fit",
          "[lint]") {
  CHECK(words_of("#if A\na();\n#elif B\nb();\n#else\nc();\n#endif\nd") ==
        Lines{"a", "(", ")", ";", "b", "(", ")", ";", "c", "(", ")", ";", "d"});
  CHECK(words_of("#ifdef A\nf() {\n#else\ng() {\n#endif\n}") == Lines{"f", "(", ")", "{", "}"});
  CHECK(words_of("#if 0\n' {\n#endif\nb") == Lines{"b"});
  CHECK(words_of("#if 0\na\n#else\nb {\n#endif\n}") == Lines{"b", "{", "}"});
  CHECK(words_of("#if 0\n#if B\na\n#endif\n#endif\nc") == Lines{"c"});
  CHECK(words_of("#endif\n#else\na") == Lines{"a"});
}

TEST_CASE("brackets that do not fit spoil nothing but themselves", "[lint]") {
  const Source source = read_source("a.cpp", ") ( [ } { ( } ]");
  CHECK(source.partners[0] == no_token);
  CHECK(source.partners[2] == 7);
  CHECK(source.partners[3] == no_token);
  CHECK(source.partners[4] == 6);
  CHECK(source.partners[5] == no_token);
}

TEST_CASE("text that is no source is looked at without harm", "[lint]") {
  std::string text;
  for (int seed = 1; seed < 2000; ++seed) {
    constexpr std::string_view pieces = "(){}[]<>;,:=\"'/*\\\n#&|.-a1 R";
    text.push_back(pieces[static_cast<std::size_t>(seed * 7919 % 104729) % pieces.size()]);
    text.append(seed % 13 == 0   ? "co_await "
                : seed % 17 == 0 ? "Task<int> f(OrchestrationContext)"
                                 : "");
    text.append(seed % 29 == 0 ? "{" : seed % 31 == 0 ? "static " : seed % 37 == 0 ? "for (" : "");
    if (seed % 50 == 0) {
      (void)look_at({{"a.cpp", text}});
    }
  }
  CHECK(look_at({{"a.cpp", ""}}).empty());
}

TEST_CASE("no comment begins in a quote of a preprocessor line", "[lint]") {
  CHECK(found_in("#define PATTERN \"src/*.cpp\"\nTask<int> f(OrchestrationContext ctx) {\n"
                 "  co_return rand();\n}\n") == Lines{"3 random"});
  CHECK(found_in("#error \"unfinished\nTask<int> f(OrchestrationContext ctx) {\n"
                 "  co_return rand();\n}\n") == Lines{"3 random"});
}

}  // namespace reader_test
