// The script of a worker.

import { serve } from "./serve.js";

serve(self);
