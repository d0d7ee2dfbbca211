"""The state of the application that can be observed: QObjects, no widgets."""
