"""What to cite: the package itself, and the sources its methods and data come from."""

from .errors import look_up

REFERENCES = {
    "isocortex": "The isocortex developers (2026). isocortex: task-optimised models of the brain, compared with it.",
    "neuromatch": (
        "Neuromatch Academy (2020). Computational Neuroscience, W1D5: Deep learning. "
        "CC-BY-4.0 text, BSD-3 code. https://compneuro.neuromatch.io"
    ),
    "stringer-2021": (
        "Stringer C, Michaelos M, Tsyboulski D, Lindo SE, Pachitariu M (2021). High-precision coding in visual "
        "cortex. Cell 184:2767–2778. doi:10.1016/j.cell.2021.03.042"
    ),
    "pospisil-bair-2021": (
        "Pospisil DA, Bair W (2021). The unbiased estimation of the fraction of variance explained by a model. PLoS "
        "Comput Biol 17:e1009212. doi:10.1371/journal.pcbi.1009212"
    ),
    "kriegeskorte-2008": (
        "Kriegeskorte N, Mur M, Ruff DA, Kiani R, Bodurka J, Esteky H, Tanaka K, Bandettini PA (2008). Matching "
        "categorical object representations in inferior temporal cortex of man and monkey. Neuron 60:1126–1141. "
        "doi:10.1016/j.neuron.2008.10.043"
    ),
    "kriegeskorte-rsa-2008": (
        "Kriegeskorte N, Mur M, Bandettini P (2008). Representational similarity analysis: connecting the branches "
        "of systems neuroscience. Front Syst Neurosci 2:4. doi:10.3389/neuro.06.004.2008"
    ),
    "nili-2014": (
        "Nili H, Wingfield C, Walther A, Su L, Marslen-Wilson W, Kriegeskorte N (2014). A toolbox for "
        "representational similarity analysis. PLoS Comput Biol 10:e1003553. doi:10.1371/journal.pcbi.1003553"
    ),
    "schutt-2023": (
        "Schütt HH, Kipnis AD, Diedrichsen J, Kriegeskorte N (2023). Statistical inference on representational "
        "geometries. eLife 12:e82566. doi:10.7554/eLife.82566"
    ),
    "skottun-1991": (
        "Skottun BC, De Valois RL, Grosof DH, Movshon JA, Albrecht DG, Bonds AB (1991). Classifying simple and complex "
        "cells on the basis of response modulation. Vision Res 31:1079–1086. doi:10.1016/0042-6989(91)90033-2"
    ),
    "mechler-ringach-2002": (
        "Mechler F, Ringach DL (2002). On the classification of simple and complex cells. Vision Res 42:1017–1033. "
        "doi:10.1016/S0042-6989(02)00025-1"
    ),
    "lecun-1989": (
        "LeCun Y, Boser B, Denker JS, Henderson D, Howard RE, Hubbard W, Jackel LD (1989). Backpropagation applied to "
        "handwritten zip code recognition. Neural Comput 1:541–551. doi:10.1162/neco.1989.1.4.541"
    ),
    "efron-stein-1981": (
        "Efron B, Stein C (1981). The jackknife estimate of variance. Ann Stat 9:586–596. doi:10.1214/aos/1176345462"
    ),
    "adelson-bergen-1985": (
        "Adelson EH, Bergen JR (1985). Spatiotemporal energy models for the perception of motion. "
        "J Opt Soc Am A 2:284–299. doi:10.1364/JOSAA.2.000284"
    ),
    "roitman-shadlen-2002": (
        "Roitman JD, Shadlen MN (2002). Response of neurons in the lateral intraparietal area during a combined visual "
        "discrimination reaction time task. J Neurosci 22:9475–9489. doi:10.1523/JNEUROSCI.22-21-09475.2002"
    ),
    "ratcliff-tuerlinckx-2002": (
        "Ratcliff R, Tuerlinckx F (2002). Estimating parameters of the diffusion model. Psychon Bull Rev 9:438–481. "
        "doi:10.3758/BF03196302"
    ),
    "navarro-fuss-2009": (
        "Navarro DJ, Fuss IG (2009). Fast and accurate calculations for first-passage times in Wiener diffusion "
        "models. J Math Psychol 53:222–230. doi:10.1016/j.jmp.2009.02.003"
    ),
    "buonocore-1987": (
        "Buonocore A, Nobile AG, Ricciardi LM (1987). A new integral equation for the evaluation of "
        "first-passage-time probability densities. Adv Appl Probab 19:784–800. doi:10.2307/1427102"
    ),
    "gillespie-1977": (
        "Gillespie DT (1977). Exact stochastic simulation of coupled chemical reactions. J Phys Chem 81:2340–2361. "
        "doi:10.1021/j100540a008"
    ),
    "wilson-cowan-1972": (
        "Wilson HR, Cowan JD (1972). Excitatory and inhibitory interactions in localized populations of model neurons. "
        "Biophys J 12:1–24. doi:10.1016/S0006-3495(72)86068-5"
    ),
    "ben-yishai-1995": (
        "Ben-Yishai R, Bar-Or RL, Sompolinsky H (1995). Theory of orientation tuning in visual cortex. "
        "Proc Natl Acad Sci USA 92:3844–3848. doi:10.1073/pnas.92.9.3844"
    ),
    "burak-fiete-2012": (
        "Burak Y, Fiete IR (2012). Fundamental limits on persistent activity in networks of noisy neurons. "
        "Proc Natl Acad Sci USA 109:17645–17650. doi:10.1073/pnas.1117386109"
    ),
    "sussillo-barak-2013": (
        "Sussillo D, Barak O (2013). Opening the black box: low-dimensional dynamics in high-dimensional recurrent "
        "neural networks. Neural Comput 25:626–649. doi:10.1162/NECO_a_00409"
    ),
    "mante-2013": (
        "Mante V, Sussillo D, Shenoy KV, Newsome WT (2013). Context-dependent computation by recurrent dynamics in "
        "prefrontal cortex. Nature 503:78–84. doi:10.1038/nature12742"
    ),
    "britten-1992": (
        "Britten KH, Shadlen MN, Newsome WT, Movshon JA (1992). The analysis of visual motion: a comparison of "
        "neuronal and psychophysical performance. J Neurosci 12:4745–4765. doi:10.1523/JNEUROSCI.12-12-04745.1992"
    ),
    "song-2016": (
        "Song HF, Yang GR, Wang XJ (2016). Training excitatory-inhibitory recurrent neural networks for cognitive "
        "tasks: a simple and flexible framework. PLoS Comput Biol 12:e1004792. doi:10.1371/journal.pcbi.1004792"
    ),
    "neurogym-2022": (
        "Molano-Mazón M, Barbosa J, Pastor-Ciurana J, et al. (2022). NeuroGym: an open resource for developing and "
        "sharing neuroscience tasks. doi:10.31234/osf.io/aqc9n"
    ),
    "neuromatch-dynamics": (
        "Neuromatch Academy (2020). Computational Neuroscience: Linear systems, and Dynamic networks. "
        "CC-BY-4.0 text, BSD-3 code. https://compneuro.neuromatch.io"
    ),
    "siegert-1951": (
        "Siegert AJF (1951). On the first passage time probability problem. Phys Rev 81:617–623. "
        "doi:10.1103/PhysRev.81.617"
    ),
    "brunel-2000": (
        "Brunel N (2000). Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons. "
        "J Comput Neurosci 8:183–208. doi:10.1023/A:1008925309027"
    ),
    "brette-gerstner-2005": (
        "Brette R, Gerstner W (2005). Adaptive exponential integrate-and-fire model as an effective description of "
        "neuronal activity. J Neurophysiol 94:3637–3642. doi:10.1152/jn.00686.2005"
    ),
    "naud-2008": (
        "Naud R, Marcille N, Clopath C, Gerstner W (2008). Firing patterns in the adaptive exponential "
        "integrate-and-fire model. Biol Cybern 99:335–347. doi:10.1007/s00422-008-0264-7"
    ),
    "benda-herz-2003": (
        "Benda J, Herz AVM (2003). A universal model for spike-frequency adaptation. Neural Comput 15:2523–2564. "
        "doi:10.1162/089976603322385063"
    ),
    "kuhn-2004": (
        "Kuhn A, Aertsen A, Rotter S (2004). Neuronal integration of synaptic input in the fluctuation-driven regime. "
        "J Neurosci 24:2345–2356. doi:10.1523/JNEUROSCI.3349-03.2004"
    ),
    "lewis-rinzel-2003": (
        "Lewis TJ, Rinzel J (2003). Dynamics of spiking neurons connected by both inhibitory and electrical coupling. "
        "J Comput Neurosci 14:283–309. doi:10.1023/A:1023265027714"
    ),
    "sjostrom-2001": (
        "Sjöström PJ, Turrigiano GG, Nelson SB (2001). Rate, timing, and cooperativity jointly determine cortical "
        "synaptic plasticity. Neuron 32:1149–1164. doi:10.1016/S0896-6273(01)00542-6"
    ),
    "pfister-gerstner-2006": (
        "Pfister JP, Gerstner W (2006). Triplets of spikes in a model of spike timing-dependent plasticity. J Neurosci "
        "26:9673–9682. doi:10.1523/JNEUROSCI.1425-06.2006"
    ),
    "wong-wang-2006": (
        "Wong KF, Wang XJ (2006). A recurrent network mechanism of time integration in perceptual decisions. "
        "J Neurosci 26:1314–1328. doi:10.1523/JNEUROSCI.3733-05.2006"
    ),
    "neftci-2019": (
        "Neftci EO, Mostafa H, Zenke F (2019). Surrogate gradient learning in spiking neural networks. IEEE Signal "
        "Process Mag 36:51–63. doi:10.1109/MSP.2019.2931595"
    ),
    "riesenhuber-poggio-1999": (
        "Riesenhuber M, Poggio T (1999). Hierarchical models of object recognition in cortex. "
        "Nat Neurosci 2:1019–1025. doi:10.1038/14819"
    ),
    "zipser-andersen-1988": (
        "Zipser D, Andersen RA (1988). A back-propagation programmed network that simulates response properties of a "
        "subset of posterior parietal neurons. Nature 331:679–684. doi:10.1038/331679a0"
    ),
    "pillow-2008": (
        "Pillow JW, Shlens J, Paninski L, Sher A, Litke AM, Chichilnisky EJ, Simoncelli EP (2008). Spatio-temporal "
        "correlations and visual signalling in a complete neuronal population. Nature 454:995–999. "
        "doi:10.1038/nature07140"
    ),
    "rad-maleki-2020": (
        "Rad KR, Maleki A (2020). A scalable estimate of the out-of-sample prediction error via approximate "
        "leave-one-out cross-validation. J R Stat Soc B 82:965–996. doi:10.1111/rssb.12374"
    ),
    "brown-2002": (
        "Brown EN, Barbieri R, Ventura V, Kass RE, Frank LM (2002). The time-rescaling theorem and its application to "
        "neural spike train data analysis. Neural Comput 14:325–346. doi:10.1162/08997660252741149"
    ),
    "haslinger-2010": (
        "Haslinger R, Pipa G, Brown E (2010). Discrete time rescaling theorem: determining goodness of fit for "
        "discrete time statistical models of neural spiking. Neural Comput 22:2477–2506. doi:10.1162/NECO_a_00015"
    ),
    "rumelhart-1986": (
        "Rumelhart DE, Hinton GE, Williams RJ (1986). Learning representations by back-propagating errors. "
        "Nature 323:533–536. doi:10.1038/323533a0"
    ),
    "kingma-ba-2015": ("Kingma DP, Ba J (2015). Adam: a method for stochastic optimization. ICLR. arXiv:1412.6980"),
    "duhamel-1997": (
        "Duhamel JR, Bremmer F, Ben Hamed S, Graf W (1997). Spatial invariance of visual receptive fields in parietal "
        "cortex neurons. Nature 389:845–848. doi:10.1038/39865"
    ),
    "zhang-desimone-2011": (
        "Zhang Y, Meyers EM, Bichot NP, Serre T, Poggio TA, Desimone R (2011). Object decoding with attention in "
        "inferior temporal cortex. Proc Natl Acad Sci USA 108:8850–8855. doi:10.1073/pnas.1100999108"
    ),
    "meyers-2013": (
        "Meyers EM (2013). The neural decoding toolbox. Front Neuroinform 7:8. doi:10.3389/fninf.2013.00008"
    ),
    "nichols-holmes-2002": (
        "Nichols TE, Holmes AP (2002). Nonparametric permutation tests for functional neuroimaging: a primer with "
        "examples. Hum Brain Mapp 15:1–25. doi:10.1002/hbm.1058"
    ),
    "king-dehaene-2014": (
        "King JR, Dehaene S (2014). Characterizing the dynamics of mental representations: the temporal generalization "
        "method. Trends Cogn Sci 18:203–210. doi:10.1016/j.tics.2014.01.002"
    ),
    "kunsch-1989": (
        "Künsch HR (1989). The jackknife and the bootstrap for general stationary observations. Ann Stat "
        "17:1217–1241. doi:10.1214/aos/1176347265"
    ),
    "holt-1996": (
        "Holt GR, Softky WR, Koch C, Douglas RJ (1996). Comparison of discharge variability in vitro and in vivo in "
        "cat visual cortex neurons. J Neurophysiol 75:1806–1814. doi:10.1152/jn.1996.75.5.1806"
    ),
    "shinomoto-2003": (
        "Shinomoto S, Shima K, Tanji J (2003). Differences in spiking patterns among cortical neurons. Neural Comput "
        "15:2823–2842. doi:10.1162/089976603322518759"
    ),
    "amarasingham-2012": (
        "Amarasingham A, Harrison MT, Hatsopoulos NG, Geman S (2012). Conditional modeling and the jitter method of "
        "spike resampling. J Neurophysiol 107:517–531. doi:10.1152/jn.00633.2011"
    ),
    "van-rossum-2001": (
        "van Rossum MCW (2001). A novel spike distance. Neural Comput 13:751–763. doi:10.1162/089976601300014321"
    ),
    "victor-purpura-1996": (
        "Victor JD, Purpura KP (1996). Nature and precision of temporal coding in visual cortex: a metric-space "
        "analysis. J Neurophysiol 76:1310–1326. doi:10.1152/jn.1996.76.2.1310"
    ),
    "golomb-rinzel-1993": (
        "Golomb D, Rinzel J (1993). Dynamics of globally coupled inhibitory neurons with heterogeneity. Phys Rev E "
        "48:4810–4814. doi:10.1103/PhysRevE.48.4810"
    ),
    "georgopoulos-1986": (
        "Georgopoulos AP, Schwartz AB, Kettner RE (1986). Neuronal population coding of movement direction. "
        "Science 233:1416–1419. doi:10.1126/science.3749885"
    ),
    "ricciardi-1977": (
        "Ricciardi LM (1977). Diffusion processes and related topics in biology. Lecture Notes in Biomathematics 14. "
        "Springer. doi:10.1007/978-3-642-93059-1"
    ),
    "siegmund-1979": (
        "Siegmund D (1979). Corrected diffusion approximations in certain random walk problems. Adv Appl Probab "
        "11:701–719. doi:10.2307/1426783"
    ),
    "brunel-hakim-1999": (
        "Brunel N, Hakim V (1999). Fast global oscillations in networks of integrate-and-fire neurons with low firing "
        "rates. Neural Comput 11:1621–1671. doi:10.1162/089976699300016179"
    ),
    "brunel-2001": (
        "Brunel N, Chance FS, Fourcaud N, Abbott LF (2001). Effects of synaptic noise and filtering on the frequency "
        "response of spiking neurons. Phys Rev Lett 86:2186–2189. doi:10.1103/PhysRevLett.86.2186"
    ),
    "lindner-2001": (
        "Lindner B, Schimansky-Geier L (2001). Transmission of noise coded versus additive signals through a neuronal "
        "ensemble. Phys Rev Lett 86:2934–2937. doi:10.1103/PhysRevLett.86.2934"
    ),
    "fourcaud-brunel-2002": (
        "Fourcaud N, Brunel N (2002). Dynamics of the firing probability of noisy integrate-and-fire neurons. Neural "
        "Comput 14:2057–2110. doi:10.1162/089976602320264015"
    ),
    "richardson-2007": (
        "Richardson MJE (2007). Firing-rate response of linear and nonlinear integrate-and-fire neurons to modulated "
        "current-based and conductance-based synaptic drive. Phys Rev E 76:021919. doi:10.1103/PhysRevE.76.021919"
    ),
    "de-la-rocha-2007": (
        "de la Rocha J, Doiron B, Shea-Brown E, Josić K, Reyes A (2007). Correlation between neural spike trains "
        "increases with firing rate. Nature 448:802–806. doi:10.1038/nature06028"
    ),
    "schuecker-2015": (
        "Schuecker J, Diesmann M, Helias M (2015). Modulated escape from a metastable state driven by colored noise. "
        "Phys Rev E 92:052119. doi:10.1103/PhysRevE.92.052119"
    ),
    "hahne-2017": (
        "Hahne J, Dahmen D, Schuecker J, Frommer A, Bolten M, Helias M, Diesmann M (2017). Integration of "
        "continuous-time dynamics in a spiking neural network simulator. Front Neuroinform 11:34. "
        "doi:10.3389/fninf.2017.00034"
    ),
    "potjans-diesmann-2014": (
        "Potjans TC, Diesmann M (2014). The cell-type specific cortical microcircuit: relating structure and activity "
        "in a full-scale spiking network model. Cereb Cortex 24:785–806. doi:10.1093/cercor/bhs358"
    ),
    "tsodyks-1998": (
        "Tsodyks M, Pawelzik K, Markram H (1998). Neural networks with dynamic synapses. Neural Comput 10:821–835. "
        "doi:10.1162/089976698300017502"
    ),
    "song-2000": (
        "Song S, Miller KD, Abbott LF (2000). Competitive Hebbian learning through spike-timing-dependent synaptic "
        "plasticity. Nat Neurosci 3:919–926. doi:10.1038/78829"
    ),
    "van-rossum-2000": (
        "van Rossum MCW, Bi GQ, Turrigiano GG (2000). Stable Hebbian learning from spike timing-dependent plasticity. "
        "J Neurosci 20:8812–8821. doi:10.1523/JNEUROSCI.20-23-08812.2000"
    ),
    "rubin-2001": (
        "Rubin J, Lee DD, Sompolinsky H (2001). Equilibrium properties of temporally asymmetric Hebbian plasticity. "
        "Phys Rev Lett 86:364–367. doi:10.1103/PhysRevLett.86.364"
    ),
    "gutig-2003": (
        "Gütig R, Aharonov R, Rotter S, Sompolinsky H (2003). Learning input correlations through nonlinear temporally "
        "asymmetric Hebbian plasticity. J Neurosci 23:3697–3714. doi:10.1523/JNEUROSCI.23-09-03697.2003"
    ),
    "kornblith-2019": (
        "Kornblith S, Norouzi M, Lee H, Hinton G (2019). Similarity of neural network representations revisited. Proc "
        "ICML 97:3519–3529. arXiv:1905.00414"
    ),
    "song-2012": (
        "Song L, Smola A, Gretton A, Bedo J, Borgwardt K (2012). Feature selection via dependence maximization. J Mach "
        "Learn Res 13:1393–1434. jmlr.org/papers/v13/song12a.html"
    ),
    "chun-2025": (
        "Chun C, Canatar A, Chung S, Lee DD (2025). Estimating neural representation alignment from sparsely sampled "
        "inputs and features. arXiv:2502.15104"
    ),
    "williams-2021": (
        "Williams AH, Kunz E, Kornblith S, Linderman SW (2021). Generalized shape metrics on neural representations. "
        "Adv Neural Inf Process Syst 34:4738–4750. arXiv:2110.14739"
    ),
    "han-2023": (
        "Han Y, Poggio TA, Cheung B (2023). System identification of neural systems: if we got it right, would we "
        "know? Proc ICML 202:12430–12444. arXiv:2302.06677"
    ),
    "maris-oostenveld-2007": (
        "Maris E, Oostenveld R (2007). Nonparametric statistical testing of EEG- and MEG-data. J Neurosci Methods "
        "164:177–190. doi:10.1016/j.jneumeth.2007.03.024"
    ),
    "kriegeskorte-2006": (
        "Kriegeskorte N, Goebel R, Bandettini P (2006). Information-based functional brain mapping. Proc Natl Acad Sci "
        "USA 103:3863–3868. doi:10.1073/pnas.0600244103"
    ),
    "raghu-2017": (
        "Raghu M, Gilmer J, Yosinski J, Sohl-Dickstein J (2017). SVCCA: singular vector canonical correlation analysis "
        "for deep learning dynamics and interpretability. Adv Neural Inf Process Syst 30:6076–6085. arXiv:1706.05806"
    ),
    "allen-1974": (
        "Allen DM (1974). The relationship between variable selection and data augmentation and a method for "
        "prediction. Technometrics 16:125–127. doi:10.1080/00401706.1974.10489157"
    ),
    "schrimpf-2018": (
        "Schrimpf M, Kubilius J, Hong H, et al. (2018). Brain-Score: which artificial neural network for object "
        "recognition is most brain-like? bioRxiv 407007. doi:10.1101/407007"
    ),
    "khosla-williams-2024": (
        "Khosla M, Williams AH (2024). Soft matching distance: a metric on neural representations that captures "
        "single-neuron tuning. Proc UniReps 243:326–341. arXiv:2311.09466"
    ),
}


def citation(*names: str) -> str:
    """Return references, one per line; without names, what to cite for isocortex itself.

    Parameters
    ----------
    *names : str
        Short names such as ``"schutt-2023"``; a run's report lists the ones that apply to it.

    Raises
    ------
    InputError
        For an unknown name, with the nearest one suggested.

    Examples
    --------
    >>> print(citation("adelson-bergen-1985").split(" (")[0])
    Adelson EH, Bergen JR
    """
    return "\n".join(look_up("reference", name, REFERENCES) for name in names or ("isocortex",))
