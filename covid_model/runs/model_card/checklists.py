"""Items of two reporting checklists, shortened, each with the name of its answer.

CLAIM, 2024 update: Tejani et al., Radiology: Artificial Intelligence 2024;6(4):e240300.
TRIPOD+AI: Collins et al., BMJ 2024;385:e078378.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One item of a checklist.

    Attributes:
        number: as the checklist numbers it.
        words: what it asks for, shortened.
        answer: which of ``study_answers.answers`` answers it, "" where no run can know.
    """

    number: str
    words: str
    answer: str = ""


CLAIM: tuple[Item, ...] = (
    Item("1", "Named as a study of AI, with the kind of technology", "kind"),
    Item("2", "Abstract: design, methods, results, conclusions"),
    Item("3", "Background, with the intended use of the AI", "use"),
    Item("4", "Aims, objectives, hypotheses"),
    Item("5", "Prospective or retrospective", "design"),
    Item("6", "Goal of the study", "goal"),
    Item("7", "Sources of the data", "sources"),
    Item("8", "Inclusion and exclusion criteria", "eligibility"),
    Item("9", "Preprocessing of the data", "preprocessing"),
    Item("10", "Selection of subsets of the data", "subsets"),
    Item("11", "De-identification"),
    Item("12", "Handling of missing data"),
    Item("13", "Acquisition of the images", "acquisition"),
    Item("14", "How the reference standard was obtained", "reference"),
    Item("15", "Why this reference standard"),
    Item("16", "Source of the annotations of the reference standard", "annotators"),
    Item("17", "Annotation of the test set", "test_labels"),
    Item("18", "Variability between and within annotators"),
    Item("19", "How data were assigned to parts", "partition"),
    Item("20", "Level at which the parts are disjoint", "disjoint"),
    Item("21", "Intended sample size"),
    Item("22", "Description of the model", "model"),
    Item("23", "Software libraries and packages", "software"),
    Item("24", "Initial values of the model's parameters", "initial"),
    Item("25", "Details of the training", "training"),
    Item("26", "How the final model was selected", "selection"),
    Item("27", "Ensembling", "ensembling"),
    Item("28", "Metrics of performance", "metrics"),
    Item("29", "Measures of significance and uncertainty", "uncertainty"),
    Item("30", "Analysis of robustness or sensitivity", "robustness"),
    Item("31", "Methods of explanation", "explanation"),
    Item("32", "Evaluation on internal data", "internal"),
    Item("33", "Testing on external data", "external"),
    Item("34", "Registration of a clinical trial"),
    Item("35", "Numbers of patients or examinations included and excluded", "flow"),
    Item("36", "Demographic and clinical characteristics in each part", "demographics"),
    Item("37", "Performance with its uncertainty", "performance"),
    Item("38", "Diagnostic performance with its precision", "precision"),
    Item("39", "Analysis of failures", "failures"),
    Item("40", "Limitations", "limits"),
    Item("41", "Implications for practice", "practice"),
    Item("42", "Where the full protocol or further technical details are", "details"),
    Item("43", "Availability of software, model and data", "availability"),
    Item("44", "Funding, role of the funders"),
)

TRIPOD_AI: tuple[Item, ...] = (
    Item("1", "Title: development or evaluation, population, outcome", "kind"),
    Item("2", "Abstract"),
    Item("3a", "Healthcare context, rationale, existing models"),
    Item("3b", "Target population, purpose in the care pathway, users", "use"),
    Item("3c", "Known health inequalities"),
    Item("4", "Objectives: development, evaluation or both", "goal"),
    Item("5a", "Sources of the data, how representative they are", "sources"),
    Item("5b", "Dates of the data"),
    Item("6a", "Setting, number and place of the centres"),
    Item("6b", "Eligibility of the participants", "eligibility"),
    Item("6c", "Treatments received"),
    Item("7", "Preparation and quality checks of the data", "preprocessing"),
    Item("8a", "Outcome, how and when it was assessed", "reference"),
    Item("8b", "Assessors of an outcome that needs interpretation", "annotators"),
    Item("8c", "Blinding of the outcome's assessment"),
    Item("9a", "Choice of predictors", "predictors"),
    Item("9b", "Definition of all predictors", "predictors"),
    Item("9c", "Assessors of predictors that need interpretation"),
    Item("10", "How the sample size was arrived at"),
    Item("11", "Handling of missing data"),
    Item("12a", "How the data were used and parted", "partition"),
    Item("12b", "Handling of the predictors", "preprocessing"),
    Item("12c", "Type of model, building, tuning, internal validation", "training"),
    Item("12d", "Heterogeneity across clusters", "clusters"),
    Item("12e", "Measures of performance, comparison of models", "metrics"),
    Item("12f", "Updating of the model, such as recalibration", "updating"),
    Item("12g", "How predictions were calculated", "predictions"),
    Item("13", "Methods against class imbalance", "imbalance"),
    Item("14", "Approaches to fairness"),
    Item("15", "Output of the model, thresholds", "output"),
    Item("16", "Differences between development and evaluation data", "external"),
    Item("17", "Ethical approval, consent"),
    Item("18a", "Funding, role of the funders"),
    Item("18b", "Conflicts of interest"),
    Item("18c", "Protocol"),
    Item("18d", "Registration"),
    Item("18e", "Availability of the data", "data_sharing"),
    Item("18f", "Availability of the code", "code_sharing"),
    Item("19", "Involvement of patients and the public"),
    Item("20a", "Flow of participants", "flow"),
    Item("20b", "Characteristics of the participants, by source", "demographics"),
    Item("20c", "Development data compared with evaluation data", "compared"),
    Item("21", "Participants and outcomes in each analysis", "numbers"),
    Item("22", "The full model, so that others can use it", "availability"),
    Item("23a", "Performance with intervals, in subgroups too", "performance"),
    Item("23b", "Heterogeneity of performance across clusters", "clusters"),
    Item("24", "Results of updating the model", "updating"),
    Item("25", "Interpretation of the results"),
    Item("26", "Limitations", "limits"),
    Item("27a", "Input of poor quality or none", "poor_input"),
    Item("27b", "Handling by users, the expertise that it takes"),
    Item("27c", "Next steps of research"),
)
