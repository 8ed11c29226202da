"use strict";
/**
 * Objects that were made before a source was edited take the edited methods, as with Python's autoreload: the prototype
 * that they have loses its own methods and inherits those of the class that has taken its place.
 */
const { compiler } = require("./project.cjs");

const ts = require(compiler);

/**
 * @param before the exports of a module that is being replaced
 * @param after those of the module in its place
 * @returns the classes of which objects that live cannot be what new ones are: { name, isOf: (value) => boolean, why }
 */
function renewClasses(before, after) {
  const notes = [];
  for (const [key, old] of Object.entries(before)) {
    const fresh = after[key];
    if (!isClass(old) || !isClass(fresh) || renewed.get(old) === fresh || old === fresh) continue;
    renewed.set(old, fresh);
    const [was, is] = [partsOf(old), partsOf(fresh)];
    const olds = [old, ...(kept.get(old) ?? [])];
    const isOf = (value) => olds.some((each) => value instanceof each);
    if (was.isPrivate || is.isPrivate) {
      // Objects with private fields cannot take the methods of another class.
      kept.set(fresh, olds);
      if (`${old}` !== `${fresh}`) notes.push({ name: key, isOf, why: "it has private fields (#)" });
      continue;
    }
    renew(old, fresh);
    if (was.text !== is.text)
      notes.push({ name: key, isOf, why: "its fields or its constructor have changed" });
  }
  return notes;
}

/** Each replaced class, and what has taken its place: a class may be exported by several modules. */
const renewed = new WeakMap();

/** The classes in whose place a class has come and whose objects are as they were. */
const kept = new WeakMap();

function renew({ prototype }, fresh) {
  for (const key of Reflect.ownKeys(prototype)) Reflect.deleteProperty(prototype, key);
  Object.setPrototypeOf(prototype, fresh.prototype);
}

const isClass = (value) =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

/** What of a class an object has from the beginning: its fields and the constructor, as text. */
function partsOf(value) {
  const file = ts.createSourceFile("class.js", `(${value})`, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const [{ expression }] = file.statements;
  const members = expression.expression.members ?? [];
  const isOwn = (member) =>
    ts.isConstructorDeclaration(member) ||
    (ts.isPropertyDeclaration(member) &&
      !member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword));
  return {
    isPrivate: members.some(({ name }) => name !== undefined && ts.isPrivateIdentifier(name)),
    text: members
      .filter(isOwn)
      .map((member) => member.getText(file))
      .join("\n"),
  };
}

module.exports = { renewClasses };
