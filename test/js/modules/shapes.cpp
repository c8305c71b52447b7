// A module of C++ on the same heap: it reads and frees what the module of C has made, and makes objects with virtual
// functions that JavaScript passes on.
#include <stddef.h>

extern "C" {
void* malloc(size_t size);
void free(void* block);
}

void* operator new(size_t size) { return malloc(size); }
void operator delete(void* block) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }

struct Item {  // as in list.c
  Item* next;
  size_t length;
  char* text;
};

class Shape {
 public:
  virtual ~Shape() = default;
  virtual double area() const = 0;
};

class Square final : public Shape {
 public:
  explicit Square(double side) : side_(side) {}
  double area() const override { return side_ * side_; }

 private:
  double side_;
};

class Circle final : public Shape {
 public:
  explicit Circle(double radius) : radius_(radius) {}
  double area() const override { return 3.0 * radius_ * radius_; }

 private:
  double radius_;
};

static int factor = 2;

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

EXPORT(shape_of_text) Shape* shape_of_text(const Item* item) {
  if (item->text[0] == 'c') return new Circle(static_cast<double>(item->length));
  return new Square(static_cast<double>(item->length));
}

EXPORT(shape_area) double shape_area(const Shape* shape) { return factor * shape->area(); }

EXPORT(shape_free) void shape_free(Shape* shape) { delete shape; }

/// Takes a list over from C: returns the bytes of its texts and frees it.
EXPORT(take_list) size_t take_list(Item* head) {
  size_t bytes = 0;
  while (head) {
    Item* const next = head->next;
    bytes += head->length;
    free(head->text);
    free(head);
    head = next;
  }
  return bytes;
}
