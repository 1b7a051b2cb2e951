export { catalogue, findCase } from "./catalogue/catalogue.ts";
