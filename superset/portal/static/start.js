// Opens the page that the shell names: static/pages/<page>.js exports show(place), which fills it.
import { context } from "./context.js";
import { failed } from "./dom.js";

const place = document.getElementById("page");

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => menu.removeAttribute("open"));
});

try {
  const page = await import(`./pages/${context.page}.js`);
  place.replaceChildren();
  await page.show(place);
} catch (error) {
  place.replaceChildren(failed(error, () => location.reload()));
  if (!error.status) console.error(error);
}
