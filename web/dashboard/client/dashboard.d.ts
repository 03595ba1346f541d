/** The script as its text: the service hands it out and never runs it. */
declare const text: string;
export default text;
