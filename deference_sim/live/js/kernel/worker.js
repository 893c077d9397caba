// The script of a worker; the text of a moment stands before it (text_to_js.py).

import { serve } from "./serve.js";

serve(self, self.lawOfAMoment);
