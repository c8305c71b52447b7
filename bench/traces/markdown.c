// A Markdown document to HTML, by cmark-gfm with its extensions: what a static site generator does.
#include <stdlib.h>
#include <string.h>

#include "cmark-gfm-core-extensions.h"
#include "cmark-gfm.h"

__attribute__((export_name("start"))) void start(void) { cmark_gfm_core_extensions_ensure_registered(); }

__attribute__((export_name("run"))) size_t run(const char* text, size_t length) {
  static const char* const extensions[] = {"table", "autolink", "strikethrough", "tasklist"};
  cmark_parser* const parser = cmark_parser_new(CMARK_OPT_DEFAULT);
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
  }
  cmark_parser_feed(parser, text, length);
  cmark_node* const document = cmark_parser_finish(parser);
  char* const html =
      cmark_render_html(document, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser));
  const size_t result = strlen(html);
  free(html);
  cmark_node_free(document);
  cmark_parser_free(parser);
  return result;
}
