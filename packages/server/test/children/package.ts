/** The package by itself, for the test that loads it twice. */
export * from "../../src/index.ts";
