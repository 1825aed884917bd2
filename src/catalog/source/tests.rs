//! Every trap of the sources, each with a record of our own that shows the same fault.
