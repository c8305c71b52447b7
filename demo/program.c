// The program that the main job runs: SQLite over an in-memory database, behind five functions.
// Neither it nor SQLite knows which malloc it is linked with: that is the point of the comparison.
// Text comes in and results go out through memory that the caller allocated with this program's own malloc,
// so JavaScript reads a file straight into the argument and reads the rows in place.
#include <sqlite3.h>
#include <stddef.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static sqlite3* database;

// Where rows are written. What does not fit is only counted: the caller learns how much it would have taken.
typedef struct {
  char* bytes;
  size_t capacity, used;
} Output;

static void put(Output* out, const void* bytes, size_t length) {
  if (length && out->used <= out->capacity && length <= out->capacity - out->used)
    memcpy(out->bytes + out->used, bytes, length);
  out->used += length;
}

static void put_row(Output* out, sqlite3_stmt* statement) {
  for (int column = 0; column < sqlite3_column_count(statement); column++) {
    if (column) put(out, "\t", 1);
    const void* text = sqlite3_column_text(statement, column);
    put(out, text, sqlite3_column_bytes(statement, column));
  }
  put(out, "\n", 1);
}

// Prepares the first statement of `sql` and moves `sql` past it; the argument is its ?1 if it has one.
// SQLite reads the argument where it lies (SQLITE_STATIC).
static int prepare(const char** sql, const char* end, const char* argument, int argument_length,
                   sqlite3_stmt** out) {
  int status = sqlite3_prepare_v2(database, *sql, end - *sql, out, sql);
  if (status == SQLITE_OK && sqlite3_bind_parameter_count(*out) > 0) {
    status = sqlite3_bind_text(*out, 1, argument, argument_length, SQLITE_STATIC);
  }
  return status;
}

// Returns a status of SQLite: 0 is success.
EXPORT(open) int open_database(void) { return sqlite3_open(":memory:", &database); }

EXPORT(close) int close_database(void) {
  int status = sqlite3_close(database);
  if (status == SQLITE_OK) database = NULL;
  return status;
}

// What went wrong last, as a C string.
EXPORT(message) const char* last_message(void) { return sqlite3_errmsg(database); }

// Runs every statement of `sql` and writes the rows: a tab between columns, a newline after each row.
// Returns the bytes that the rows take, which may be more than `capacity`, or -1 on an error.
EXPORT(run)
int run_sql(const char* sql, int sql_length, const char* argument, int argument_length, char* rows,
            int capacity) {
  Output out = {rows, capacity, 0};
  const char* end = sql + sql_length;
  while (sql < end) {
    sqlite3_stmt* statement = NULL;
    int status = prepare(&sql, end, argument, argument_length, &statement);
    while (status == SQLITE_OK && statement && sqlite3_step(statement) == SQLITE_ROW)
      put_row(&out, statement);
    if (sqlite3_finalize(statement) != SQLITE_OK || status != SQLITE_OK) return -1;
  }
  return out.used;
}

// Runs one statement and writes its values as numbers, row after row, into `values`.
// Returns how many numbers the rows have, which may be more than `capacity`, or -1 on an error.
EXPORT(numbers) int query_numbers(const char* sql, int sql_length, double* values, int capacity) {
  sqlite3_stmt* statement = NULL;
  int count = 0;
  if (prepare(&sql, sql + sql_length, "", 0, &statement) != SQLITE_OK) return -1;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int column = 0; column < sqlite3_column_count(statement); column++, count++) {
      if (count < capacity) values[count] = sqlite3_column_double(statement, column);
    }
  }
  return sqlite3_finalize(statement) == SQLITE_OK ? count : -1;
}
