import { empty } from "../dom.js";
export async function show(page) { page.append(empty("…")); }
