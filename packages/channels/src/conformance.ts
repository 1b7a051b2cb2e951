export { type BusCase, type BusSetup, busCases, type Need } from "./conformance/bus-case.ts";
