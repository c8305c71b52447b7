// A spelling checker, Hunspell: the first text is the affix file, the second the dictionary, each further one is
// checked word by word, with suggestions for every word that is wrong.
#include <stddef.h>
#include <time.h>

#include <memory>
#include <string>
#include <vector>

#include "hunspell.hxx"

namespace {
std::string affixes;
std::unique_ptr<Hunspell> checker;

bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
}  // namespace

extern "C" {

/// Hunspell gives up on a word after some time: here time stands still, so that every machine does the same work.
clock_t clock() { return 0; }

__attribute__((export_name("start"))) void start() {}

__attribute__((export_name("run"))) size_t run(const char* text, size_t length) {
  std::string all(text, length);
  if (affixes.empty()) {
    affixes = all;
    return length;
  }
  if (!checker) {
    checker = std::make_unique<Hunspell>(affixes.c_str(), all.c_str(), true);
    return length;
  }
  size_t suggestions = 0;
  for (size_t at = 0; at < all.size();) {
    size_t end = at;
    while (end < all.size() && is_letter(all[end])) end++;
    const std::string word = all.substr(at, end - at);
    at = end + 1;
    if (word.empty() || checker->spell(word.c_str())) continue;
    char** list = nullptr;
    const int count = checker->suggest(&list, word.c_str());
    suggestions += count;
    checker->free_list(&list, count);
  }
  return suggestions;
}

__attribute__((export_name("stop"))) void stop() {
  checker.reset();
  affixes = std::string();
}

}  // extern "C"
