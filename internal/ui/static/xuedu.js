// Small helps that no page needs to work.
"use strict";
