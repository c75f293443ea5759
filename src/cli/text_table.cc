#include "cli/text_table.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace plantain::cli {
namespace {

void add_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths,
             std::string& out) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    line.append(widths[i] - count_code_points(row[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::string text_table(const std::vector<std::string>& titles,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::string& title : titles) widths.push_back(count_code_points(title));
  for (const std::vector<std::string>& row : rows) {
    CHECK(row.size() == titles.size());
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], count_code_points(row[i]));
  }
  std::string out;
  add_row(titles, widths, out);
  for (const std::vector<std::string>& row : rows) add_row(row, widths, out);
  return out;
}

}  // namespace plantain::cli
