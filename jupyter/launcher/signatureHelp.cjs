"use strict";
/**
 * Help inside a call's parentheses: the signature, what its parameters are for, and the options of the one that the cursor
 * is at. tslab explains names alone.
 */
const { compiler } = require("./project.cjs");

const ts = require(compiler);

const notCancelled = { isCancellationRequested: () => false, throwIfCancellationRequested: () => undefined };

/** More than that are not options but a thing with many methods. */
const mostOptions = 40;

/**
 * @param converter tslab's
 * @param program gives the program that its compiler has made last
 */
function helpInParentheses(converter, program) {
  const { inspect } = converter;
  converter.inspect = (declared, code, position) => {
    const ofName = inspect(declared, code, position);
    // Of a name that is not finished nothing is known.
    if (ofName && !textOf(ofName.displayParts).endsWith(": any")) return ofName;
    return signatureAt(program(), code, position) ?? ofName;
  };
}

/** As tslab prints what it finds of a name: { displayParts, documentation, tags }; undefined outside parentheses. */
function signatureAt(program, code, position) {
  const file = program.getSourceFiles().find(({ fileName }) => fileName.endsWith("/__tslab__.ts"));
  if (!file) return undefined;
  const at = position + file.text.length - code.length;
  const help = ts.SignatureHelp.getSignatureHelpItems(program, file, at, undefined, notCancelled);
  const item = help?.items[help.selectedItemIndex] ?? help?.items[0];
  if (!item) return undefined;
  const { parameters } = item;
  const current = parameters[Math.min(help.argumentIndex, parameters.length - 1)];
  const signature = [
    textOf(item.prefixDisplayParts),
    parameters.map(({ displayParts }) => textOf(displayParts)).join(textOf(item.separatorDisplayParts)),
    textOf(item.suffixDisplayParts),
  ].join("");
  const explained = parameters
    .filter(({ documentation }) => documentation.length > 0)
    .map(({ name, documentation }) => `${name}: ${textOf(documentation)}`);
  const options = current ? optionsAt(program.getTypeChecker(), file, at, help.argumentIndex) : [];
  const more = help.items.length > 1 ? [`(one of ${help.items.length} ways to call it)`] : [];
  const parts = [
    textOf(item.documentation),
    explained.join("\n"),
    options.length > 0 ? `${current.name}:\n${options.join("\n")}` : "",
    ...more,
  ];
  const documentation = parts.filter((part) => part !== "").join("\n\n");
  return { displayParts: [{ text: signature }], documentation: [{ text: documentation }], tags: [] };
}

const textOf = (parts) => (parts ?? []).map(({ text }) => text).join("");

/** The options of the argument at the cursor, one a line: name, type and first sentence. */
function optionsAt(checker, file, at, index) {
  const call = callAround(file, at);
  const parameters = call ? (checker.getResolvedSignature(call)?.parameters ?? []) : [];
  const parameter = parameters[Math.min(index, parameters.length - 1)];
  if (!parameter) return [];
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, call));
  const isOptions = (type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection();
  const properties = isOptions && type.getCallSignatures().length === 0 ? type.getProperties() : [];
  const methods = properties.filter(({ flags }) => flags & ts.SymbolFlags.Method);
  if (properties.length > mostOptions || 2 * methods.length > properties.length) return [];
  return properties.map((property) => {
    const mark = property.flags & ts.SymbolFlags.Optional ? "?" : "";
    const its = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(property, call));
    const [sentence = ""] = textOf(property.getDocumentationComment(checker)).split(/(?<=\.)\s/);
    const about = sentence === "" ? "" : ` - ${sentence.replaceAll("\n", " ")}`;
    return `  ${property.name}${mark}: ${checker.typeToString(its)}${about}`;
  });
}

/** The innermost call whose parentheses the place is in, also where they are still open and spaces follow. */
function callAround(file, place) {
  const at = Math.min(place, ts.findPrecedingToken(place, file)?.end ?? place);
  let found;
  const visit = (node) => {
    const list = (ts.isCallExpression(node) || ts.isNewExpression(node)) && node.arguments;
    if (list && list.pos <= at && at <= node.end) found = node;
    if (node.pos <= at && at <= node.end) ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

module.exports = { helpInParentheses };
