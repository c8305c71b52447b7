// A Lua interpreter: each text is a program that it runs in one state.
#include <stdlib.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static lua_State* state;

__attribute__((export_name("start"))) void start(void) {
  state = luaL_newstate();
  luaL_requiref(state, "_G", luaopen_base, 1);
  luaL_requiref(state, "string", luaopen_string, 1);
  luaL_requiref(state, "table", luaopen_table, 1);
  luaL_requiref(state, "math", luaopen_math, 1);
  lua_settop(state, 0);
}

__attribute__((export_name("run"))) size_t run(const char* text, size_t length) {
  if (luaL_loadbuffer(state, text, length, "script") || lua_pcall(state, 0, 1, 0)) abort();
  const size_t result = (size_t)lua_tointeger(state, -1);
  lua_settop(state, 0);
  return result;
}

__attribute__((export_name("stop"))) void stop(void) { lua_close(state); }
