// What the shell tells the page: its name, the language, who looks, the colour of each segment family.
export const context = JSON.parse(document.getElementById("context").textContent);
export const lang = context.lang;
export const viewer = context.viewer;

/** t({zh: {...}, en: {...}}): the texts of the user's language. */
export const t = (texts) => texts[lang];

/** A row's name_zh or name_en. */
export const named = (row, field = "name") => row[`${field}_${lang}`];
