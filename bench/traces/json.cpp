// A JSON document: parsed to a tree of maps and strings, regrouped, and written again.
#include <map>
#include <nlohmann/json.hpp>
#include <string>

extern "C" {

__attribute__((export_name("start"))) void start() {}

__attribute__((export_name("run"))) size_t run(const char* text, size_t length) {
  using nlohmann::json;
  json cities = json::parse(text, text + length);
  json countries = json::object();
  for (json& city : cities) {
    city["label"] = city["name"].get<std::string>() + ", " + city["country"].get<std::string>();
    city.erase("admin2");
    json& country = countries[city["country"].get<std::string>()];
    if (country.is_null()) country = {{"cities", json::array()}, {"count", 0}};
    country["count"] = country["count"].get<int>() + 1;
    country["cities"].push_back(city);
  }
  cities = json();
  std::string output = countries.dump();
  return output.size();
}

}  // extern "C"
