// Words of postal addresses in several languages, as sources of regular expressions. General vocabulary of post offices and
// street signs, nothing taken from data.

/** Behind a name: "Elm Street". */
const ENGLISH_SUFFIXES =
  'Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Circle|Cir|Crescent|Cres|Parkway|Pkwy|Highway|Hwy|Way|Trail|Trl|Close|Row|Mews|Grove|Gardens|Gdns|Alley|Loop|Plaza|Turnpike|Esplanade|Parade|Heights|Hill|Park|View|Walk|Wharf|Quay|Green|Rise|Vale|Point|Crossing|Ridge|Run|Path|Pike';

/** Glued to a name: "Lindenstraße", "Herengracht", "Storgatan". */
const GLUED_SUFFIXES =
  'stra(?:ß|ss)e|str\\.?|weg|gasse|platz|allee|ufer|straat|laan|plein|gracht|kade|singel|gatan|vägen|gata|vegen|veien|vej|(?<!bri)gade|stræde|katu|kuja';

/** Behind a name, in languages that put the number last: "Kossuth utca 5". */
const TRAILING_SUFFIXES = 'utca|útja|út|tér|körút|sokak|sokağı|caddesi|bulvarı|ulica|ulice|gatve|iela|tänav|vej|straße|strasse';

/** Before a name: "Calle Mayor 4", "12 rue de la Paix", "ul. Długa 7". */
const PREFIXES =
  'Calle|C/|Avenida|Avda\\.?|Av\\.|Paseo|Carrer|Carretera|Rua|Travessa|Praça|Alameda|Rue|Avenue|Boulevard|Bd\\.?|Allée|Chemin|Impasse|Quai|Viale|Piazza|Corso|Vicolo|Strada|Str\\.|ul\\.|ulica|ulice|al\\.|os\\.|Jalan|Jl\\.|ulitsa|ул\\.|улица|проспект|οδός|Via';

/** A dwelling inside a building, before its number. */
export const UNIT_WORDS =
  'Apartments?|Apt|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Building|Bldg|Block|Lot|Box|Wohnung|Whg|Etage|Stock|Stiege|Tür|Appartement|Appt|App|Étage|Bât(?:iment)?|Piso|Puerta|Planta|Depto|Departamento|Interno|Int|Scala|Piano|Andar|Sala|Bloco|Lote|lok|m\\.|lgh|byt';

/** A part of a building, a yard, a road or a hall, which many have: with a number alone it is nobody's address. */
export const WITHIN_WORDS =
  'Floor|Storey|Story|Level|Room|Rm|Building|Bldg|Block|Wing|Hall|Aisle|Shelf|Bin|Row|Seat|Desk|Booth|Stand|Lane|Track|Platform|Terminal|Gate|Dock|Bay|Zone|' +
  'Stage|Station|Exit|Locker|Table|Warehouse|Etage|Stock|Stockwerk|Halle|Gleis|Raum|Zimmer|Tor|Étage|Salle|Quai|Voie|Porte|Bâtiment|Piso|Planta|Sala|Andén|Puerta|' +
  'Andar|Piano|Binario|Stanza|Verdieping|Zaal|Spoor|Perron|Piętro|Piętrze|Sala|Peron|Våning|Plan|Sal|Spår|Kat|Oda|Этаж|Этаже';

const CAPITAL = String.raw`\p{Lu}[\p{L}\p{M}'’.-]{0,30}`;
const LINK = String.raw`(?:d[aeiou]s?|del?|della|dello|degli|dei|des|du|l[aeo]s?|el|van|von|der|den|het|y|e|et|and|of|the|d['’]|l['’])`;
const NAME = String.raw`(?:${CAPITAL}|\d{1,3}(?:st|nd|rd|th))(?:[ -](?:${CAPITAL}|${LINK})){0,3}`;
const ROMANCE_NAME = String.raw`(?:${LINK} ?){0,3}${CAPITAL}(?:[ -](?:${CAPITAL}|${LINK})){0,4}`;
const NUMBER = String.raw`\d{1,5}(?:[-/]\d{1,5})?(?: ?[A-Za-z](?![\p{L}\p{N}]))?`;
const LEFT = String.raw`(?<![\p{L}\p{N}_./-])`;
const RIGHT = String.raw`(?![\p{L}\p{N}_])`;

/**
 * Forms that are addresses whatever a model says. Every repetition is bounded, so that a text of any length is read in
 * time linear in it.
 */
export const ADDRESS_FORMS: readonly RegExp[] = [
  // 12 North Elm Street, 221b Baker St.
  `${LEFT}${NUMBER},? (?:[NSEW]{1,2}\\.? )?${NAME}(?: |-)(?:${ENGLISH_SUFFIXES})${RIGHT}`,
  // Lindenstraße 5a, Herengracht 120
  `${LEFT}\\p{Lu}[\\p{L}-]{1,40}(?:${GLUED_SUFFIXES}) ${NUMBER}${RIGHT}`,
  // Kossuth Lajos utca 5
  `${LEFT}${CAPITAL}(?: ${CAPITAL}){0,2} (?:${TRAILING_SUFFIXES}) ${NUMBER}${RIGHT}`,
  // Calle de Alcalá, 45; ul. Długa 7
  `${LEFT}(?:${PREFIXES}) ?${ROMANCE_NAME},? (?:n[°ºo.]{0,2} ?)?${NUMBER}${RIGHT}(?! [\\p{Ll}])`,
  // 12 bis, rue de la Paix
  `${LEFT}\\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|allée|chemin|impasse|quai|place) ${ROMANCE_NAME}`,
  // PSC 1234, Box 5678; Unit 12 Box 34; APO AE 09012
  `${LEFT}(?:PSC|CMR|Unit|psc|cmr|unit) \\d{1,5},? [Bb]ox \\d{1,5}${RIGHT}`,
  `${LEFT}(?:(?:USS|USNS|USNV|USCGC) [\\p{L}' -]{2,30}[\\s,]{1,3})?(?:[AFD]PO|[afd]po),? (?:A[AEP]|a[aep]),? \\d{5}(?:-\\d{4})?${RIGHT}`,
  // P.O. Box 12, Postfach 10 20 30
  `${LEFT}(?:[Pp]\\.? ?[Oo]\\.? ?[Bb]ox|[Pp]ost(?:al)? [Bb]ox|Postfach|Postbus|Postboks|Casilla|Apartado(?: de [Cc]orreos)?|Caixa Postal|Casella [Pp]ostale|Bo[iî]te [Pp]ostale) ?(?:\\d[\\d ]{0,7}\\d|\\d)${RIGHT}`,
  // the corner of Elm Street and 5th Avenue
  `${LEFT}(?:the )?corner of (?:${NUMBER} )?${NAME}(?: ${NUMBER})? (?:and|&) ${NAME}`,
].map((source) => new RegExp(source, 'gu'));

/** A word of a street, inside a finding. */
export const STREET_WORD = new RegExp(
  String.raw`(?<![\p{L}])(?:${PREFIXES.replaceAll('|Via', '')})(?![\p{L}])|(?<![\p{L}])(?:${ENGLISH_SUFFIXES}|${TRAILING_SUFFIXES})(?![\p{L}])|\p{L}(?:${GLUED_SUFFIXES})(?![\p{L}])`,
  'iu',
);

/** A postal code that its name introduces: the code is the second group. */
export const NAMED_CODE =
  /(?<!\p{L})((?:zip|postal|post)[ -]?(?:code|nummer)?|postleitzahl|plz|c[oó]digo postal|code postal|postnummer|irányítószám|kod pocztowy)(?:(?: is| was| ist| lautet| es| est| er| to|:|=|,| #| number| no\.?) ?| ){1,3}([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}(?!\p{L})|\d{2,6}(?:[- ]\d{2,4})?)(?![\p{L}\p{N}])/giu;

/** Names of countries in the languages that addresses are mostly written in, in lower case. */
export const COUNTRIES: ReadonlySet<string> = new Set([
  ...countries('en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl', 'sv'),
  ...'usa|u.s.a.|u.s.|us|uk|u.k.|england|scotland|wales|northern ireland|holland'.split('|'),
]);

/** Names of countries that are no one's first name. */
export const NEVER_PERSONS: ReadonlySet<string> = new Set(
  countries('en').filter((name) => !['jordan', 'chad', 'georgia', 'israel', 'dominica', 'india', 'kenya', 'jersey'].includes(name)),
);

function countries(...languages: readonly string[]): string[] {
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return languages.flatMap((language) => {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    return codes.flatMap((code) => names.of(code)?.toLowerCase() ?? []);
  });
}
