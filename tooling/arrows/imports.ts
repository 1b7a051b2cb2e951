import { parseSync } from "oxc-parser";

/** Every module that a TypeScript source names: imports of values and types, re-exports, `import()`, `require`. */
export function importsOf(file: string, source: string): string[] {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]!.message}`);
  const found = new Set<string>();
  const literal = (node: unknown): void => {
    if (isNode(node) && node.type === "Literal" && typeof node["value"] === "string")
      found.add(node["value"]);
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (isNode(value)) {
      if ("source" in value) literal(value["source"]);
      if (value.type === "TSExternalModuleReference") literal(value["expression"]);
      if (value.type === "CallExpression" && isRequire(value["callee"])) {
        for (const argument of Array.isArray(value["arguments"]) ? value["arguments"] : []) literal(argument);
      }
      for (const child of Object.values(value)) visit(child);
    }
  };
  visit(program);
  for (const { value } of comments) {
    const types = /<reference (?:types|path)="([^"]+)"/.exec(value)?.[1];
    if (types !== undefined) found.add(types);
  }
  return [...found];
}

type Node = { readonly type: string; readonly [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function isRequire(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === "Identifier") return callee["name"] === "require";
  return (
    callee.type === "MemberExpression" &&
    isNode(callee["property"]) &&
    callee["property"]["name"] === "resolve"
  );
}
