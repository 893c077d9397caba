// How everything is drawn. Colours are properties of the style sheet, so that dark and light each have their own.

export const OUTCOMES = {
  ai_takeover: {tone: "takeover", good: false},
  catastrophic_mistake: {tone: "mistake", good: false},
  exogenous_catastrophe: {tone: "hazard", good: false},
  rival_catastrophe: {tone: "rival", good: false},
  overtaken_safely: {tone: "luck", good: true},
  punted: {tone: "punted", good: true},
  stabilised: {tone: "stabilised", good: true},
  ridden_out: {tone: "ridden", good: true},
  unresolved: {tone: "open", good: null},
};

// The tone of each family of feedback loops; one that is not here has that of the last.
export const FAMILIES = {
  successors: "luck", goodness: "stabilised", humans: "mistake", "bought time": "ridden", race: "rival", tax: "against",
  drift: "guess", reach: "hazard", growth: "takeover", policy: "punted", ageing: "open", other: "line",
};

// The colour of a tone as it is now: "" for the page itself.
export function colour(tone) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${tone}`).trim();
}
