/**
 * Improves pages that work without it: copies texts, sends no form twice, and checks certificate files as soon as they
 * are chosen. Runs in the browser.
 */

/** What a wait for the next key may take before a passphrase counts as typed, in milliseconds. */
const typingPauseMs = 400;
const copiedMs = 2000;

/** @param {HTMLButtonElement} button */
function offerCopy(button) {
  const label = [...button.childNodes];
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.replaceChildren("Copied");
    setTimeout(() => button.replaceChildren(...label), copiedMs);
  });
}

/**
 * The second click of a double one would be answered in place of the first, with another certificate in service by then.
 *
 * @param {HTMLFormElement} form
 */
function sendOnce(form) {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  // A page that comes back from the browser's memory is to be used again.
  addEventListener("pageshow", () => {
    isSent = false;
  });
}

/** Certificate files that are chosen one after the other, and what the service says of them. */
class UploadForm {
  /** @type {HTMLFormElement} */ #form;
  /** @type {HTMLInputElement} */ #input;
  /** @type {HTMLElement} */ #place;
  /** @type {HTMLDetailsElement} */ #passphrase;
  /** @type {File[]} */ #files = [];
  /** The check under way; a newer one takes its place. */
  #check = new AbortController();

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    this.#input = this.#find("input[type=file]");
    this.#place = this.#find(".check-place");
    this.#passphrase = this.#find("details.passphrase");
    this.#listen();
    for (const element of form.querySelectorAll("[data-without-script]")) element.remove();
    this.#setReady(false);
    // Some browsers keep the choice when the page is loaded again.
    if (this.#input.files?.length) this.#add(this.#input.files);
  }

  #listen() {
    this.#input.addEventListener("change", () => this.#add(this.#input.files ?? []));
    const clear = /** @type {HTMLButtonElement} */ (this.#find("[data-act=clear]"));
    clear.addEventListener("click", () => {
      this.#keep(() => false);
      this.#input.focus();
    });
    let pause = 0;
    this.#passphrase.addEventListener("input", () => {
      clearTimeout(pause);
      this.#setReady(false);
      pause = setTimeout(() => this.#ask(), typingPauseMs);
    });
    this.#takeDrops(this.#find(".drop"));
  }

  /** @param {HTMLElement} zone */
  #takeDrops(zone) {
    // A file that misses the zone would be opened in place of the page, a private key among them.
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("over"));
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => this.#add(event.dataTransfer?.files ?? []));
  }

  /**
   * A file takes the place of an earlier one of its name: somebody who puts a file right chooses it again.
   *
   * @param {Iterable<File>} files
   */
  #add(files) {
    const added = [...files];
    const names = new Set(added.map(({ name }) => name));
    this.#files = [...this.#files.filter(({ name }) => !names.has(name)), ...added];
    this.#keep(() => true);
  }

  /** @param {(file: File) => boolean} isKept */
  #keep(isKept) {
    this.#files = this.#files.filter(isKept);
    const transfer = new DataTransfer();
    for (const file of this.#files) transfer.items.add(file);
    this.#input.files = transfer.files;
    this.#ask();
  }

  /** Has the files checked, and shows what was found. */
  async #ask() {
    this.#check.abort();
    this.#check = new AbortController();
    const { signal } = this.#check;
    this.#setReady(false);
    if (this.#files.length === 0) return this.#place.replaceChildren();
    const bytes = this.#files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > Number(this.#form.dataset.limitBytes)) return this.#say("too-large");
    this.#place.ariaBusy = "true";
    try {
      const body = new FormData(this.#form);
      const response = await fetch(this.#form.dataset.upload ?? "", { method: "POST", body, signal });
      if (response.status === 401) return location.reload();
      this.#show(await response.text());
    } catch (error) {
      if (signal.aborted) return;
      this.#say("unreachable");
      throw error;
    } finally {
      if (!signal.aborted) this.#place.ariaBusy = null;
    }
  }

  /** @param {string} markup A part of a page, escaped by the service. */
  #show(markup) {
    this.#place.replaceChildren(...new DOMParser().parseFromString(markup, "text/html").body.childNodes);
    const check = /** @type {HTMLElement | null} */ (this.#place.querySelector(".check"));
    if (check?.dataset.passphrase === "true") this.#passphrase.open = true;
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (this.#place.querySelectorAll("[data-file]"))) {
      this.#offerRemoval(item);
    }
    this.#setReady(check?.dataset.ok === "true");
  }

  /** @param {HTMLElement} item */
  #offerRemoval(item) {
    const name = item.dataset.file ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = "Take out";
    button.setAttribute("aria-label", `Take out ${name}`);
    button.addEventListener("click", () => {
      this.#keep((file) => file.name !== name);
      this.#input.focus();
    });
    item.querySelector(".file-name")?.after(button);
  }

  /** @param {"too-large" | "unreachable"} message */
  #say(message) {
    const template = /** @type {HTMLTemplateElement} */ (this.#find(`template[data-message=${message}]`));
    this.#place.replaceChildren(template.content.cloneNode(true));
  }

  /** @param {boolean} isReady */
  #setReady(isReady) {
    /** @type {HTMLButtonElement} */ (this.#find("[data-act=upload]")).disabled = !isReady;
    /** @type {HTMLButtonElement} */ (this.#find("[data-act=clear]")).hidden = this.#files.length === 0;
  }

  /**
   * @template {HTMLElement} T
   * @param {string} selector
   * @returns {T}
   */
  #find(selector) {
    return /** @type {T} */ (this.#form.querySelector(selector));
  }
}

/** @type {NodeListOf<HTMLButtonElement>} */
const copyButtons = document.querySelectorAll("button[data-copy]");
copyButtons.forEach(offerCopy);
/** @type {NodeListOf<HTMLFormElement>} */
const uploadForms = document.querySelectorAll("form[data-upload]");
for (const form of uploadForms) new UploadForm(form);
/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll("form:not([data-stays])");
forms.forEach(sendOnce);
