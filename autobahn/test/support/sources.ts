// Given to Node with --import: resolves the packages to their sources, so that nothing has to be built.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@exws\/([^/]+)$/.exec(specifier)?.[1];
    if (name === undefined) return next(specifier, context);
    return {
      url: new URL(`../../../packages/${name}/src/index.ts`, import.meta.url).href,
      shortCircuit: true,
    };
  },
});
