throw new Error("the entry does not want to");
