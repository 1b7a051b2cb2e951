// Loaded with --import: `@exws/x` is the sources of packages/x, here and in the workers, which get the same flags.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@exws\/([^/]+)$/.exec(specifier)?.[1];
    if (name === undefined) return next(specifier, context);
    return { url: new URL(`../../../${name}/src/index.ts`, import.meta.url).href, shortCircuit: true };
  },
});
