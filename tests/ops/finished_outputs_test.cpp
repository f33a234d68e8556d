// Outputs that are finished: who is told of which, and what an epilogue that has no steps sees of them.

#include <array>
#include <limits>
#include <vector>

#include "sim/ops/epilogue.hpp"
#include "sim/ops/finished_rows.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

TEST_CASE("finished rows are told once, in blocks of rows that follow each other") {
  std::vector<float> y(100 * 40);
  std::vector<std::array<std::size_t, 5>> told;
  const FinishedTiles tell = [&](float* data, std::size_t row, std::size_t column, std::size_t rows,
                                 std::size_t columns) {
    told.push_back({static_cast<std::size_t>(data - y.data()), row, column, rows, columns});
  };
  FinishedRows finished(tell, y.data(), 40, 16);
  finished.add(0, 3, 5);
  finished.add(0, 5, 6);
  finished.add(0, 8, 9);  // not the next
  finished.add(2, 9, 10);
  finished.tell();
  finished.tell();
  CHECK(told ==
        std::vector<std::array<std::size_t, 5>>{{120, 3, 0, 3, 16}, {320, 8, 0, 1, 16}, {392, 9, 32, 1, 8}});
}

TEST_CASE("an epilogue without steps says whether all outputs are finite, and looks at no others") {
  constexpr std::size_t rows = 3, step = 40;
  for (const std::size_t columns : {step, step - 3, std::size_t{1}})
    for (std::size_t at = 0; at < rows * step; ++at)
      for (const bool known : {false, true}) {
        std::vector<float> y(rows * step, std::numeric_limits<float>::max());
        y[at] =
            at % 2 == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
        Epilogue<float> nothing;
        nothing({y.data(), rows, columns, step, {0, step}, known});
        CHECK(nothing.accept() == (known || at % step >= columns));
        CHECK(nothing.accept());  // of the next product
      }
}
