package citest

// Hooks is the kinds of servers that a webhook reaches.
func Hooks() []Kind { return nil }

func hooks() map[Kind]dialect { return nil }
