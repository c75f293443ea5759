// Columns for people.
#pragma once

#include <string>
#include <vector>

namespace plantain::cli {

// Rows of equally many cells under their titles, each column as wide as its widest cell.
std::string text_table(const std::vector<std::string>& titles,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace plantain::cli
