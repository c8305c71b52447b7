// What the package offers, read from js/ by TypeScript's own parser and checker: names, types, and what the comments say.
// The version that checks the sources has this API too, if under the name `unstable`: it is pinned.
import { SyntaxKind } from 'typescript/unstable/ast';
import { createTypeReferenceNode } from 'typescript/unstable/ast/factory';
import { visitEachChild } from 'typescript/unstable/ast/visitor';
import { API, SignatureKind, SymbolFlags } from 'typescript/unstable/sync';
import { path } from '../../tools/paths.mjs';

/**
 * @typedef {object} Value a parameter, a field of an object, or what a function returns
 * @property {string} name
 * @property {boolean} optional
 * @property {string} type
 * @property {string} text
 */

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {boolean} isStatic
 * @property {boolean} isCall a method, not a property
 * @property {string} text
 * @property {{ parameters: Value[], returns: Value }[]} signatures more than one, if it is overloaded
 * @property {{ type: string, text: string }[]} throws
 * @property {string} [complexity]
 */

/**
 * @typedef {object} Entry what one of the package's entries exports
 * @property {(name: string) => Member[]} members of a class, inherited ones included: each once
 * @property {(name: string) => Member | undefined} function one that is exported
 * @property {(name: string) => Value[]} fields of an object type
 * @property {(name: string) => string} about what is said of a class or type
 * @property {string[]} names
 */

const inOneLine = (text) => text.replace(/\s+/g, ' ').trim();

/** The words of a comment or a tag. */
const words = (parts = []) => inOneLine(parts.map(({ text }) => text).join(''));

/**
 * @template R
 * @param {(entry: (file: string) => Entry) => R} fn gets what a file of js/ exports
 * @returns {R}
 */
export function withEntries(fn) {
  const api = new API({ cwd: path('.') });
  try {
    const [project] = api.updateSnapshot({ openProjects: [path('tsconfig.json')] }).getProjects();
    return fn((file) => readEntry(project, file));
  } finally {
    api.close();
  }
}

/** @returns {Entry} */
function readEntry({ checker, program, emitter }, file) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(path(`js/${file}`)));
  const meant = (symbol) => (symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, meant(symbol)]));

  function find(name) {
    const symbol = exported.get(name);
    if (!symbol) throw new Error(`js/${file} exports no ${name}`);
    return symbol;
  }

  /** What a comment says of a class, a type, or a field of one. */
  const comment = (symbol) => inOneLine(checker.getDocumentationCommentOfSymbol(symbol));

  /** What a `@typedef` names that only imports. */
  const original = ({ declarations: [handle] }) =>
    meant(checker.getSymbolAtLocation(handle.resolve().type.qualifier));

  /** A type as its comment has it, without the file that it comes from. */
  function printed(node) {
    const plain = (inner) =>
      inner.kind === SyntaxKind.ImportType
        ? createTypeReferenceNode(inner.qualifier, inner.typeArguments?.map(plain))
        : visitEachChild(inner, plain);
    return (
      emitter
        .printNode(plain(node))
        .replace(/\s+/g, ' ')
        .replace(/;? \}/g, ' }')
        // What is called Core... inside is Arena and Heap to the users of every entry.
        .replace(/\bCore(?=Arena|Heap)/g, '')
    );
  }

  /** A `@param` or `@property`. */
  const value = (tag) => ({
    name: tag.name.text,
    optional: tag.isBracketed,
    type: printed(tag.typeExpression.type),
    text: words(tag.comment),
  });

  /** From the tags of a function's comment, or of an `@overload`. */
  const signature = (parameters, returns, fallback) => ({
    parameters: parameters.map(value),
    returns: {
      name: '',
      optional: false,
      type: returns ? printed(returns.typeExpression.type) : fallback,
      text: words(returns?.comment),
    },
  });

  /** The comments of a symbol: of an overloaded method one for each signature, then one for all. */
  const comments = ({ declarations }) =>
    declarations.flatMap((handle) => {
      const node = handle.resolve();
      // Of `this.size = size` the comment is the statement's.
      return (node.kind === SyntaxKind.BinaryExpression ? node.parent : node).jsDoc ?? [];
    });
  const tagsOf = (comment) => comment?.tags ?? [];
  const named = (tags, name) => tags.filter(({ tagName }) => tagName.text === name);

  /** @returns {Member | undefined} undefined: not for users */
  function member(symbol, isStatic) {
    const all = comments(symbol);
    const tags = tagsOf(all.at(-1));
    if (['internal', 'protected'].some((name) => named(tags, name).length)) return undefined;
    const overloads = all.flatMap(tagsOf).filter(({ kind }) => kind === SyntaxKind.JSDocOverloadTag);
    const isCall =
      checker.getSignaturesOfType(checker.getTypeOfSymbol(symbol), SignatureKind.Call).length > 0;
    const [parameters, [returns]] = [SyntaxKind.JSDocParameterTag, SyntaxKind.JSDocReturnTag].map((wanted) =>
      tags.filter(({ kind }) => kind === wanted),
    );
    const whole = isCall ? 'void' : checker.typeToString(checker.getTypeOfSymbol(symbol));
    const signatures = overloads.length
      ? overloads.map(({ typeExpression: own }) => signature(own.parameters, own.type))
      : [signature(parameters, returns, whole)];
    return {
      name: symbol.name,
      isStatic,
      isCall,
      text: words(all.at(-1)?.comment),
      signatures,
      throws: tags
        .filter(({ kind }) => kind === SyntaxKind.JSDocThrowsTag)
        .map((tag) => ({ type: printed(tag.typeExpression.type), text: words(tag.comment) })),
      complexity: words(named(tags, 'complexity')[0]?.comment) || undefined,
    };
  }

  /** What the package itself declares: not the platform's, not what is private or has a symbol's name. */
  const own = ({ name, declarations }) =>
    !name.startsWith('_') && declarations.some((handle) => handle.path.startsWith(path('js/')));

  /** A member, from the nearest class that says something to users about it. */
  function nearest(type, symbol) {
    const found = member(symbol, false);
    if (found?.text) return found;
    for (const base of checker.getBaseTypes(type)) {
      const inherited = checker.getPropertyOfType(base, symbol.name);
      const there = inherited && own(inherited) && nearest(base, inherited);
      if (there) return there;
    }
    return found;
  }

  return {
    names: [...exported.keys()],
    function: (name) => member(find(name), false),
    members(name) {
      const symbol = find(name);
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const ofClass = checker.getPropertiesOfType(checker.getTypeOfSymbol(symbol) ?? type).filter(own);
      return [
        ...ofClass.filter(({ name }) => name !== 'prototype').map((each) => member(each, true)),
        ...checker
          .getPropertiesOfType(type)
          .filter(own)
          .map((each) => nearest(type.getTarget?.() ?? type, each)),
      ].filter((each) => each !== undefined);
    },
    fields: (name) =>
      checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(find(name))).map((symbol) => ({
        name: symbol.name,
        optional: (symbol.flags & SymbolFlags.Optional) !== 0,
        type: printed(symbol.declarations[0].resolve().type),
        text: comment(symbol),
      })),
    about: (name) => comment(find(name)) || comment(original(find(name))),
  };
}
