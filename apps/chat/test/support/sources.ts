// Given to Node with --import: resolves the packages to their sources, so that the app runs with nothing built.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@exws\/([^/]+)$/.exec(specifier)?.[1];
    if (name === undefined) return next(specifier, context);
    const url = new URL(`../../../../packages/${name}/src/index.ts`, import.meta.url).href;
    return { url, shortCircuit: true };
  },
});
