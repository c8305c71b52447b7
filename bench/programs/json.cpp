// A JSON document as C++ programs work on it: parsed to a tree of std::map, std::vector and std::string
// (nlohmann/json), asked, rebuilt, changed, written, parsed again and freed. A city costs it at least 13 blocks.
#include <json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using Json = nlohmann::json;

// What was found, a line each: the same on every allocator.
std::string answers;

void answer(const char* what, const std::string& found) { answers += what + (": " + found) + "\n"; }

// FNV-1a, 64 bits: a text that is too long to be an answer.
std::string digest(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return std::to_string(text.size()) + " bytes, " + std::to_string(hash);
}

void ask(const Json& cities) {
  std::map<std::string, int> names;
  std::map<std::string, std::vector<const Json*>> countries;
  for (const Json& city : cities) {
    names[city["name"].get<std::string>()]++;
    countries[city["country"].get<std::string>()].push_back(&city);
  }
  const auto commonest =
      std::max_element(names.begin(), names.end(),
                       [](const auto& left, const auto& right) { return left.second < right.second; });
  answer("cities", std::to_string(cities.size()));
  answer("names", std::to_string(names.size()));
  answer("commonest name", commonest->first + ", " + std::to_string(commonest->second));

  std::string first;
  for (auto& [country, list] : countries) {
    const auto least = std::min_element(list.begin(), list.end(), [](const Json* left, const Json* right) {
      return (*left)["name"] < (*right)["name"];
    });
    first += country + " " + (**least)["name"].get<std::string>() + ", ";
  }
  answer("first by name", digest(first));
}

// Country -> region -> cities; the list that comes in is moved from, city by city.
Json regroup(Json cities) {
  Json atlas = Json::object();
  for (Json& city : cities) {
    const std::string country = city["country"], region = city["admin1"];
    city.erase("country");
    city.erase("admin1");
    atlas[country][region].push_back(std::move(city));
  }
  return atlas;
}

// One city of three goes, the others get a longer name, a place of numbers and perhaps neighbours.
void change(Json& atlas) {
  int count = 0;
  for (auto& [country, regions] : atlas.items()) {
    for (auto& [region, cities] : regions.items()) {
      Json kept = Json::array();
      for (Json& city : cities) {
        if (++count % 3 == 0) continue;
        std::string name = city["name"];
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::toupper(c); });
        const auto number = [&](const char* key) { return std::stod(city[key].get<std::string>()); };
        const double lat = number("lat"), lng = number("lng");
        city.erase("lat");
        city.erase("lng");
        city["place"] = {{"lat", lat}, {"lng", lng}, {"north", lat > 0}};
        if (!kept.empty() && count % 5 == 0) city["near"] = {kept.back()["name"], kept.front()["name"]};
        city["name"] = name + " (" + country + "-" + region + ")";
        kept.push_back(std::move(city));
      }
      cities = std::move(kept);
    }
  }
}

void work(const char* text, std::size_t length) {
  Json cities = Json::parse(text, text + length);
  ask(cities);
  Json atlas = regroup(std::move(cities));
  change(atlas);

  const std::string written = atlas.dump();
  answer("written", digest(written));
  const Json again = Json::parse(written);
  answer("read again", again == atlas ? "the same" : "another");

  std::string largest;
  std::size_t most = 0;
  for (auto& [country, regions] : again.items()) {
    std::size_t count = 0;
    for (const Json& cities : regions) count += cities.size();
    if (count > most) largest = country, most = count;
  }
  answer("largest", largest + ", " + std::to_string(most));
  // Every value by its path, such as "/75/12/name": a flat map with long keys.
  const Json flat = again[largest].flatten();
  answer("flat", digest(flat.dump(1)));
  answer("unflattened", flat.unflatten() == again[largest] ? "the same" : "another");
}

}  // namespace

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

// Works on a document twice; everything but the answers is freed after each.
EXPORT(work) const char* work_on(const char* text, std::size_t length) {
  answers.clear();
  work(text, length);
  work(text, length);
  return answers.c_str();
}
