/** Where countries lie: the middle of each (degrees, rounded) and how far from it one may be and still be inside. */

const middles =
  'AD 43 2;AE 24 54;AF 33 66;AG 17 -62;AI 18 -63;AL 41 20;AM 40 45;AO -12 18;AR -35 -65;AS -14 -170;AT 48 14;AU -25 134;AW 13 -70;AX 60 20;AZ 40 48;' +
  'BA 44 18;BB 13 -60;BD 24 90;BE 51 5;BF 12 -2;BG 43 25;BH 26 51;BI -3 30;BJ 9 2;BM 32 -65;BN 5 115;BO -17 -65;BR -11 -53;BS 24 -76;BT 27 90;BW -22 24;BY 53 28;BZ 17 -89;' +
  'CA 60 -97;CC -12 97;CD -3 24;CF 7 21;CG -1 15;CH 47 8;CI 8 -6;CK -21 -160;CL -37 -71;CM 6 13;CN 36 103;CO 4 -73;CR 10 -84;CU 22 -79;CV 16 -24;CW 12 -69;CX -10 106;CY 35 33;CZ 50 15;' +
  'DE 51 10;DJ 12 43;DK 56 10;DM 15 -61;DO 19 -71;DZ 28 3;EC -1 -78;EE 59 26;EG 27 30;ER 15 39;ES 40 -4;ET 9 40;FI 64 26;FJ -18 178;FK -52 -59;FM 7 158;FO 62 -7;FR 46 2;' +
  'GA -1 12;GB 54 -2;GD 12 -62;GE 42 44;GF 4 -53;GG 49 -3;GH 8 -1;GI 36 -5;GL 74 -41;GM 13 -15;GN 10 -11;GP 16 -62;GQ 2 10;GR 39 23;GT 16 -90;GU 13 145;GW 12 -15;GY 5 -59;' +
  'HK 22 114;HN 15 -87;HR 45 16;HT 19 -73;HU 47 19;ID -2 117;IE 53 -8;IL 31 35;IM 54 -5;IN 22 79;IO -6 72;IQ 33 44;IR 32 54;IS 65 -19;IT 42 12;JE 49 -2;JM 18 -77;JO 31 37;JP 36 138;' +
  'KE 1 38;KG 41 75;KH 13 105;KI 2 -157;KM -12 44;KN 17 -63;KP 40 127;KR 36 128;KW 29 48;KY 19 -81;KZ 48 67;LA 19 103;LB 34 36;LC 14 -61;LI 47 10;LK 8 81;LR 6 -9;LS -30 28;LT 55 24;LU 50 6;LV 57 25;LY 27 18;' +
  'MA 32 -6;MC 44 7;MD 47 28;ME 43 19;MF 18 -63;MG -19 47;MH 7 171;MK 42 22;ML 17 -4;MM 21 97;MN 47 103;MO 22 114;MP 15 146;MQ 15 -61;MR 20 -10;MS 17 -62;MT 36 14;MU -20 58;MV 3 73;MW -13 34;MX 24 -103;MY 4 110;MZ -17 36;' +
  'NA -22 17;NC -21 166;NE 17 9;NF -29 168;NG 10 8;NI 13 -85;NL 52 5;NO 64 13;NP 28 84;NR -1 167;NU -19 -170;NZ -42 172;OM 21 56;PA 9 -80;PE -9 -74;PF -15 -145;PG -6 145;PH 12 123;PK 30 69;PL 52 19;PM 47 -56;PR 18 -66;PS 32 35;PT 40 -8;PW 7 134;PY -23 -58;QA 25 51;' +
  'RE -21 56;RO 46 25;RS 44 21;RU 61 97;RW -2 30;SA 24 45;SB -9 160;SC -5 55;SD 16 30;SE 62 17;SG 1 104;SH -16 -6;SI 46 15;SK 49 19;SL 9 -12;SM 44 12;SN 14 -15;SO 5 46;SR 4 -56;SS 7 30;ST 1 7;SV 14 -89;SX 18 -63;SY 35 38;SZ -27 31;' +
  'TC 22 -72;TD 15 19;TG 9 1;TH 15 101;TJ 39 71;TK -9 -172;TL -9 126;TM 39 59;TN 34 10;TO -20 -175;TR 39 35;TT 10 -61;TV -8 178;TW 24 121;TZ -6 35;UA 49 31;UG 1 32;US 40 -98;UY -33 -56;UZ 41 63;' +
  'VA 42 12;VC 13 -61;VE 7 -66;VG 18 -64;VI 18 -65;VN 17 106;VU -16 168;WF -13 -177;WS -14 -172;XK 43 21;YE 16 48;YT -13 45;ZA -29 25;ZM -13 28;ZW -19 30';

/** km from the middle to the farthest place where many people live; of all others 700 */
const reachKmByCountry: Readonly<Record<string, number>> = {
  RU: 4_300,
  US: 4_500,
  CA: 3_200,
  CN: 2_800,
  BR: 2_600,
  AU: 2_300,
  IN: 1_900,
  ID: 2_700,
  AR: 2_200,
  CL: 2_200,
  KZ: 1_600,
  MX: 1_700,
  NO: 1_100,
  SE: 900,
  FI: 800,
  JP: 1_500,
  NZ: 1_100,
  DZ: 1_500,
  CD: 1_300,
  SA: 1_200,
  IR: 1_200,
  MN: 1_200,
  PE: 1_100,
  CO: 1_000,
  ZA: 1_200,
  TR: 900,
  ES: 1_900,
  PT: 1_700,
  FR: 900,
  IT: 800,
  GB: 800,
  UA: 900,
  VN: 1_000,
  TH: 1_000,
  PH: 1_000,
  MY: 1_200,
  PG: 1_000,
  KI: 3_500,
  FM: 1_500,
  PF: 1_500,
  EC: 1_400,
  GL: 1_500,
};
const usualReachKm = 700;
const earthRadiusKm = 6_371;

const middleByCountry: ReadonlyMap<string, readonly [number, number]> = new Map(
  middles.split(';').map((entry) => {
    const [country = '', latitude, longitude] = entry.split(' ');
    return [country, [Number(latitude), Number(longitude)]];
  }),
);

/** Kilometres that somebody in one country has at least to travel to be in the other; 0 for neighbours, null for unknown codes. */
export function leastDistanceKm(from: string, to: string): number | null {
  const [a, b] = [middleByCountry.get(from), middleByCountry.get(to)];
  if (a === undefined || b === undefined) return null;
  if (from === to) return 0;
  const reach = (country: string): number => reachKmByCountry[country] ?? usualReachKm;
  return Math.max(0, greatCircleKm(a, b) - reach(from) - reach(to));
}

/** @source the haversine formula */
function greatCircleKm([latitudeA, longitudeA]: readonly [number, number], [latitudeB, longitudeB]: readonly [number, number]): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const sine = (degrees: number): number => Math.sin(radians(degrees) / 2) ** 2;
  const h = sine(latitudeB - latitudeA) + Math.cos(radians(latitudeA)) * Math.cos(radians(latitudeB)) * sine(longitudeB - longitudeA);
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(h)));
}
